/** The runtime's socket does not exist: on most hosts that simply means that there is no such runtime. */
export class RuntimeAbsent extends Error {
  override readonly name = 'RuntimeAbsent';
}

/** Turns what a connection threw into one line: what failed, on which socket, and what to do. */
export function explainEngineError(error: unknown, socketPath: string, required: boolean): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return required
        ? new Error(
            `The container runtime's socket ${socketPath} does not exist: start the engine, or correct --runtime.docker`,
            { cause: error },
          )
        : new RuntimeAbsent(
            `No containers are shown: ${socketPath} does not exist. If this host has a container runtime, start it or name its socket with --runtime.docker`,
            { cause: error },
          );
    case 'EACCES':
    case 'EPERM':
      return new Error(
        `No permission for the container runtime's socket ${socketPath}: run the exporter as root or in the group that owns the socket`,
        { cause: error },
      );
    case 'ECONNREFUSED':
      return new Error(
        `Nothing listens on the container runtime's socket ${socketPath}: start the engine, or name another socket with --runtime.docker`,
        { cause: error },
      );
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new Error(`The container runtime at ${socketPath} does not answer: ${reason}. Trying again`, {
        cause: error,
      });
    }
  }
}

/** There is no such runtime: its socket does not exist, or serves something else. On most hosts that is no failure. */
export class RuntimeAbsent extends Error {
  override readonly name = 'RuntimeAbsent';
}

/** What is wrong with a runtime, in words for the user. */
export class RuntimeProblem extends Error {
  override readonly name = 'RuntimeProblem';
}

/** How a runtime was found. */
export interface RuntimeSocket {
  readonly socketPath: string;
  /** The user named the socket: that it does not exist is a failure, not a host without containers. */
  readonly required: boolean;
  /** The flag that names it, such as `--runtime.docker`. */
  readonly flag: string;
}

/** Turns what a connection threw into one line: what failed, on which socket, and what to do. */
export function explainRuntimeError(error: unknown, { socketPath, required, flag }: RuntimeSocket): Error {
  if (error instanceof RuntimeAbsent || error instanceof RuntimeProblem) {
    return error;
  }
  const cause = { cause: error };
  const reason = error instanceof Error ? error.message : String(error);
  switch (codeOf(error, reason)) {
    case 'ENOENT':
      return required
        ? new RuntimeProblem(
            `The container runtime's socket ${socketPath} does not exist: start the engine, or correct ${flag}`,
            cause,
          )
        : new RuntimeAbsent(
            `No containers are shown: ${socketPath} does not exist. If this host has a container runtime, start it or name its socket with ${flag}`,
            cause,
          );
    case 'EACCES':
    case 'EPERM':
      return new RuntimeProblem(
        `No permission for the container runtime's socket ${socketPath}: run the exporter as root or in the group that owns the socket`,
        cause,
      );
    case 'ECONNREFUSED':
      return new RuntimeProblem(
        `Nothing listens on the container runtime's socket ${socketPath}: start the engine, or name another socket with ${flag}`,
        cause,
      );
    default:
      return new RuntimeProblem(
        `The container runtime at ${socketPath} does not answer: ${reason}. Trying again`,
        cause,
      );
  }
}

/** gRPC has one code for all that is wrong with a socket, and says which it was in its words only. */
function codeOf(error: unknown, reason: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : /\b(ENOENT|EACCES|EPERM|ECONNREFUSED)\b/.exec(reason)?.[1];
}

import { createServer } from 'node:net';
import { StartError } from './start-error.js';

export interface WantedPort {
  readonly what: string;
  readonly flag: string;
  readonly port: number;
  readonly address: string;
}

/** Throws when something listens on a port, or two of ours want the same one; names all of them, and their flags. */
export async function checkPorts(wanted: readonly WantedPort[]): Promise<void> {
  const problems: string[] = [];
  const taken = new Map<number, string>();
  for (const { what, flag, port, address } of wanted) {
    const other = taken.get(port);
    if (other !== undefined) {
      problems.push(
        `Port ${port} is asked for twice, for ${other} and for ${what}: change one with ${flag}.`,
      );
      continue;
    }
    taken.set(port, what);
    const reason = await tryToListen(port, address);
    if (reason === 'EADDRINUSE') {
      problems.push(
        `Port ${port} (${what}) is in use: stop what listens there, or choose another with ${flag}.`,
      );
    } else if (reason !== undefined) {
      problems.push(`${what} cannot listen on ${address}:${port} (${reason}): choose another with ${flag}.`);
    }
  }
  if (problems.length > 0) {
    throw new StartError(problems.join('\n'));
  }
}

/** The code of the error, or undefined when listening works. */
function tryToListen(port: number, address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

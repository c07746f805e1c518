import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unlessAbsent } from '../kernel/small-file.js';

/** What the probing process prints of a socket that serves something else. */
export const NO_CRI = 'no CRI';
const TIMEOUT_MS = 10_000;

/**
 * Tells sockets that certainly serve no Container Runtime Interface. Every host with Docker has one, of the containerd
 * that Docker uses; it is asked in a process of its own, for gRPC would stay in the exporter's memory. A socket that
 * said no is asked again when it was made anew.
 */
export function createCriProbe(socketPath: string): () => Promise<boolean> {
  const program = fileURLToPath(new URL('cri-probe-process.js', import.meta.url));
  let refusedBy: string | undefined;
  return async () => {
    const socket = identityOf(socketPath);
    if (refusedBy !== undefined && refusedBy === socket) {
      return true;
    }
    const isNone = await ask(program, socketPath);
    refusedBy = isNone ? socket : undefined;
    return isNone;
  };
}

/** False also where nothing is to be learnt: the client itself finds out what is wrong, and says it. */
async function ask(program: string, socketPath: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, socketPath], {
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    return stdout === NO_CRI;
  } catch {
    return false;
  }
}

function identityOf(socketPath: string): string | undefined {
  const socket = unlessAbsent(() => statSync(socketPath));
  return socket && `${socket.dev} ${socket.ino} ${socket.ctimeMs}`;
}

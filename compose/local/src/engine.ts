import Docker from 'dockerode';
import { findInPath } from './prometheus/find-prometheus.js';

export type EngineState =
  | { readonly answers: true; readonly docker: Docker; readonly version: string }
  /** Why not, and what to do, as a sentence. */
  | { readonly answers: false; readonly reason: string };

const TIMEOUT_MS = 3_000;

/** Asks the Docker engine of DOCKER_HOST, or of /var/run/docker.sock, who it is. Starts nothing. */
export async function findEngine(env: NodeJS.ProcessEnv): Promise<EngineState> {
  const address = env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  try {
    const docker = new Docker({ timeout: TIMEOUT_MS });
    const { Version: version } = await docker.version();
    // The time limit is for this question only: a build or a long pull has no answer for a while.
    return { answers: true, docker: new Docker(), version };
  } catch (error) {
    return { answers: false, reason: explain(error as NodeJS.ErrnoException, address, env.PATH ?? '') };
  }
}

function explain({ code, message }: NodeJS.ErrnoException, address: string, searchPath: string): string {
  const start = 'sudo systemctl start docker, or sudo dockerd where there is no systemd';
  switch (code ?? '') {
    case 'ENOENT':
      return findInPath('dockerd', `${searchPath}:/usr/sbin`) === undefined
        ? `no Docker engine is installed (nothing listens on ${address}): on Debian and Ubuntu, sudo apt-get install docker.io.`
        : `the Docker engine is installed but does not run (nothing listens on ${address}): start it (${start}).`;
    case 'ECONNREFUSED':
      return `nothing answers on ${address}: start the engine (${start}).`;
    case 'EACCES':
    case 'EPERM':
      return `this user may not use ${address}: join the group docker, or run as root.`;
    default:
      return `the Docker engine on ${address} does not answer (${message}).`;
  }
}

import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { createDockerRuntime, type DockerRuntime } from './docker.js';

export interface RuntimeOptions {
  /** `--runtime.docker` */
  readonly docker: string | undefined;
}

/** Where engines that speak Docker's API listen by default: Docker's own, then Podman's. */
const USUAL_SOCKETS = ['/var/run/docker.sock', '/run/podman/podman.sock'] as const;

/**
 * Follows the socket that was asked for, else each of the usual ones that exists, else Docker's, in case it appears
 * later.
 */
export function createRuntimes({ docker }: RuntimeOptions, log: Logger): DockerRuntime[] {
  const existing = USUAL_SOCKETS.filter((path) => existsSync(path));
  const sockets = docker !== undefined ? [docker] : existing.length > 0 ? existing : [USUAL_SOCKETS[0]];
  return sockets.map((socketPath) =>
    createDockerRuntime({
      socketPath,
      required: docker !== undefined,
      log: { info: (message) => log.info(message), warn: (message) => log.warn(message) },
    }),
  );
}

import type { ContainerNews, FollowedRuntime, Runtime, RuntimeLog } from './container.js';
import { createCriRuntime } from './cri.js';
import { createDockerRuntime } from './docker.js';
import { FIRST_SOCKET, findSockets, type RuntimeApi } from './sockets.js';

export interface RuntimeOptions {
  /** `--runtime.docker`: empty for the usual places. */
  readonly docker: readonly string[];
  /** `--runtime.cri`: empty for the usual places. */
  readonly cri: readonly string[];
}

/** Where runtimes are looked for, and how often. */
export interface RuntimeSurroundings {
  readonly log: RuntimeLog;
  readonly news: ContainerNews;
  /** Where the host's `/` is: our own, or where it is mounted. */
  readonly roots?: readonly string[];
  readonly lookEveryMs?: number;
}

/** All container runtimes of this host. */
export interface Runtimes {
  /** Grows when another one is found. */
  readonly all: readonly Runtime[];
  /** Resolves when each of the first ones was listed or failed; never rejects. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** In place of a socket: look for none. */
const NO_SOCKET = 'none';
const LOOK_EVERY_MS = 30_000;

const CREATE: Readonly<
  Record<
    RuntimeApi,
    (socketPath: string, required: boolean, log: RuntimeLog, news: ContainerNews) => FollowedRuntime
  >
> = {
  docker: (socketPath, required, log, news) =>
    createDockerRuntime({
      ...{ socketPath, required, log },
      onStarted: (container) => news.emit('started', container),
      onEnded: (container, endedSeconds) => news.emit('ended', container, endedSeconds),
      onJoined: (container) => news.emit('joined', container),
    }),
  // It tells no starts and ends, but the namespace of a pod is there before its containers, and longer.
  cri: (socketPath, required, log, news) =>
    createCriRuntime({ socketPath, required, log, onJoined: (container) => news.emit('joined', container) }),
};

/**
 * Follows the sockets that were asked for, and for an API of which none was, each of the usual ones as soon as it
 * exists: several runtimes may share a host, and users' own ones come when they log in. Where there is none at the
 * start, Docker's is followed, so that its absence is said once.
 */
export function followRuntimes(named: RuntimeOptions, around: RuntimeSurroundings): Runtimes {
  const { log, news, roots = ['/'], lookEveryMs = LOOK_EVERY_MS } = around;
  const all: FollowedRuntime[] = [];
  const known = new Set<string>();
  const hidden = new Set<string>();
  const searched = (['docker', 'cri'] as const).filter((api) => named[api].length === 0);

  for (const api of ['docker', 'cri'] as const) {
    for (const socketPath of named[api]) {
      if (socketPath !== NO_SOCKET) {
        follow(api, socketPath, true);
      }
    }
  }
  look();
  if (all.length === 0 && searched.includes('docker')) {
    follow('docker', FIRST_SOCKET, false);
  }
  const timer = searched.length > 0 ? setInterval(look, lookEveryMs).unref() : undefined;

  return {
    all,
    ready: Promise.all(all.map(({ firstAttempt }) => firstAttempt)).then(() => undefined),
    async close() {
      clearInterval(timer);
      await Promise.all(all.map((runtime) => runtime.close()));
    },
  };

  function look(): void {
    for (const api of searched) {
      for (const socketPath of findSockets(api, roots, noteHidden)) {
        follow(api, socketPath, false);
      }
    }
  }

  function noteHidden(path: string): void {
    if (!hidden.has(path)) {
      hidden.add(path);
      log.warn(
        `Whether a container runtime listens at ${path} cannot be seen: a folder on the way may not be searched. If one does, run as root, or give CAP_DAC_READ_SEARCH`,
      );
    }
  }

  function follow(api: RuntimeApi, socketPath: string, required: boolean): void {
    if (!known.has(socketPath)) {
      known.add(socketPath);
      all.push(CREATE[api](socketPath, required, log, news));
    }
  }
}

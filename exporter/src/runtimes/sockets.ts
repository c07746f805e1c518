import { readdirSync, statSync, type Stats } from 'node:fs';
import { isAbsence } from '../kernel/small-file.js';

/** Which API a runtime's socket serves. */
export type RuntimeApi = 'docker' | 'cri';

/**
 * Where engines listen by default that speak Docker's API: Docker's own, then Podman's. Docker's has two paths, since
 * `/var/run` is a link that leads nowhere where the host's root is mounted below another path.
 */
const DOCKER_SOCKETS = ['/var/run/docker.sock', '/run/docker.sock', '/run/podman/podman.sock'] as const;

/** Where those listen that speak the Container Runtime Interface: containerd, CRI-O, k3s and RKE2, k0s, MicroK8s. */
const CRI_SOCKETS = [
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/k3s/containerd/containerd.sock',
  '/run/k0s/containerd.sock',
  '/var/snap/microk8s/common/run/containerd.sock',
] as const;

/** Users' folders (systemd's XDG_RUNTIME_DIR), in which rootless Docker and Podman listen. */
const USERS = '/run/user';
const IN_USERS_FOLDER = ['docker.sock', 'podman/podman.sock'] as const;

/**
 * The sockets of one API that exist now, in the usual places below these roots: `/`, and where else the host's is
 * mounted. One that has several paths is told by the first. Whether there is one may be hidden from us.
 */
export function findSockets(
  api: RuntimeApi,
  roots: readonly string[],
  onHidden: (path: string) => void = () => undefined,
): string[] {
  const found = new Map<string, string>();
  for (const path of roots.flatMap((root) => placesBelow(api, root === '/' ? '' : root))) {
    const file = look(path, onHidden);
    const identity = `${file?.dev}:${file?.ino}`;
    if (file !== undefined && !found.has(identity)) {
      found.set(identity, path);
    }
  }
  return [...found.values()];
}

function look(path: string, onHidden: (path: string) => void): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (!isAbsence(error)) {
      throw error;
    }
    onHidden(path);
    return undefined;
  }
}

function placesBelow(api: RuntimeApi, root: string): readonly string[] {
  const places =
    api === 'cri'
      ? CRI_SOCKETS
      : [
          ...DOCKER_SOCKETS,
          ...usersIn(`${root}${USERS}`).flatMap((user) =>
            IN_USERS_FOLDER.map((name) => `${USERS}/${user}/${name}`),
          ),
        ];
  return places.map((path) => `${root}${path}`);
}

/** Where an engine would be if one were installed. */
export const FIRST_SOCKET = DOCKER_SOCKETS[0];

function usersIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

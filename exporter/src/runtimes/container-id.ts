import { containerId, type ContainerId } from '../contract/ids.js';

/**
 * The last part of a cgroup's path that names a container: 64 hex digits, alone or between a runtime's prefix and
 * `.scope`. Docker, containerd, CRI-O, Podman and nerdctl in their cgroupfs and systemd forms differ in nothing else.
 */
const CONTAINER = /^(?:(?:docker|cri-containerd|crio|libpod|nerdctl)-)?([0-9a-f]{64})(?:\.scope)?$/;

/**
 * Finds the container that a cgroup belongs to: the innermost one that its path names, so that a container inside a
 * container (kind, Docker in Docker) is itself, and a cgroup that a container made for its own services is that
 * container's. A path relative to another cgroup namespace (`/../docker-….scope`) is read as well as an absolute one.
 * Undefined for the host's own cgroups and for the monitors of CRI-O and Podman (`crio-conmon-`, `libpod-conmon-`).
 */
export function containerIdOfCgroup(path: string): ContainerId | undefined {
  let found = known.get(path);
  if (found === undefined) {
    if (known.size >= MOST_KNOWN) {
      known.clear();
    }
    found = { id: findContainerId(path) };
    known.set(path, found);
  }
  return found.id;
}

/** Every process and socket is asked for at each scrape, and a host has few cgroups. */
const known = new Map<string, { readonly id: ContainerId | undefined }>();
const MOST_KNOWN = 20_000;

function findContainerId(path: string): ContainerId | undefined {
  const parts = path.split('/');
  for (let index = parts.length - 1; index > 0; index--) {
    const hex = CONTAINER.exec(parts[index] ?? '')?.[1];
    if (hex !== undefined && !isPodmanPod(parts, index)) {
      return containerId(hex);
    }
  }
  return undefined;
}

/** Podman's cgroupfs manager names a pod's group like a container's, and keeps the pod's `conmon` in it. */
function isPodmanPod(parts: readonly string[], index: number): boolean {
  return parts[index - 1] === 'libpod_parent' && !(parts[index] ?? '').startsWith('libpod-');
}

/**
 * The container's own group in the path of one of its processes, which may stand in a group below it
 * (`/docker/<id>/init.scope`). Undefined when the path does not name the container.
 */
export function cgroupOfContainer(path: string, fullId: string): string | undefined {
  const found = path.indexOf(fullId);
  if (found < 0) {
    return undefined;
  }
  const end = path.indexOf('/', found);
  return end < 0 ? path : path.slice(0, end);
}

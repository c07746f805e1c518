/** Which cgroup trees a host has: `hybrid` is v1 controllers beside a v2 tree that carries none. */
export type CgroupVersion = 'v1' | 'v2' | 'hybrid';

export interface CgroupMounts {
  /** Undefined when no tree is mounted. */
  readonly version: CgroupVersion | undefined;
  /** Directory of the v2 tree. */
  readonly unified: string | undefined;
  /** Directory of each v1 controller's tree. */
  readonly controllers: ReadonlyMap<string, string>;
}

/** Where one process stands in each tree, as `/proc/<pid>/cgroup` tells it. */
export interface CgroupMembership {
  readonly unified: string | undefined;
  readonly controllers: ReadonlyMap<string, string>;
}

/**
 * Finds the trees in a `mountinfo` (proc_pid_mountinfo(5)). The host mounts them below `/sys`, which `sysRoot`
 * replaces. The first mount of a tree counts; only one of its root, since a process's path starts there.
 */
export function findCgroupMounts(mountinfo: string, sysRoot: string): CgroupMounts {
  let unified: string | undefined;
  const controllers = new Map<string, string>();
  for (const line of mountinfo.split('\n')) {
    const mount = /^\d+ \d+ \S+ \/ (\S+) \S+ (?:.* )?- (cgroup2?) \S+ (\S+)$/.exec(line);
    if (mount === null) {
      continue;
    }
    const [, point = '', type, options = ''] = mount;
    const directory = unescapeOctal(point).replace(/^\/sys(?=\/|$)/, sysRoot);
    if (type === 'cgroup2') {
      unified ??= directory;
      continue;
    }
    for (const option of options.split(',')) {
      if (!controllers.has(option)) {
        controllers.set(option, directory);
      }
    }
  }
  return { version: versionOf(unified, controllers), unified, controllers };
}

/** Parses `/proc/<pid>/cgroup` (cgroups(7)): `hierarchy:controller,controller:path` a line. */
export function parseCgroupMembership(text: string): CgroupMembership {
  let unified: string | undefined;
  const controllers = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, hierarchy, names = '', path = ''] = /^(\d+):([^:]*):(\/.*)$/s.exec(line) ?? [];
    if (hierarchy === '0' && names === '') {
      unified = path;
    } else if (hierarchy !== undefined) {
      for (const name of names.split(',')) {
        controllers.set(name, path);
      }
    }
  }
  return { unified, controllers };
}

/** The numbers that are exported hang on these; a v1 mount of systemd's own tree alone does not make a host v1. */
const COUNTED = ['cpu', 'cpuacct', 'memory', 'blkio', 'pids'];

function versionOf(
  unified: string | undefined,
  controllers: ReadonlyMap<string, string>,
): CgroupVersion | undefined {
  if (COUNTED.some((name) => controllers.has(name))) {
    return unified === undefined ? 'v1' : 'hybrid';
  }
  return unified === undefined ? undefined : 'v2';
}

/** The kernel writes spaces, tabs, newlines and backslashes of paths as `\040` and so on. */
function unescapeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** What a process has open. */
export interface Descriptors {
  /** Of what lives: as many as there are processes, control groups and other network namespaces on the host. */
  readonly ofLiving: number;
  /** All others, also the files of processes that have ended: those are said to be deleted. */
  readonly others: number;
}

/**
 * Of an exporter. What it keeps of another network namespace counts as living for as long as a process lives there, if it
 * is no more than an exporter needs.
 */
export function descriptorsOf(pid: number): Descriptors {
  const folder = `/proc/${pid}/fd`;
  const namespaces = inhabitedNamespaces(readlinkSync(`/proc/${pid}/ns/net`));
  // With its own.
  const namespaceCount = new Set(namespaces.values()).size + 1;
  const kept = new Map<string, number>();
  const keeps = (what: string, most: number): boolean => {
    kept.set(what, (kept.get(what) ?? 0) + 1);
    return (kept.get(what) ?? 0) <= most;
  };
  const targets = readdirSync(folder).map((name) => targetOf(path.join(folder, name)));
  const ofLiving = targets.filter((target) => {
    const namespace = namespaces.get(target);
    return (
      OF_PROCESS.test(target) ||
      (target.startsWith(CGROUPS) && existsSync(target) && keeps(target, 1)) ||
      (SOCKET_STATISTICS.test(target) && keeps('statistics', 2 * namespaceCount)) ||
      (namespace !== undefined && keeps(namespace, MOST_OF_NAMESPACE))
    );
  }).length;
  return { ofLiving, others: targets.length - ofLiving };
}

const MOST_OF_NAMESPACE = 10;
/** Of a process file system that is mounted elsewhere, the path is the one in it. */
const OF_PROCESS = /^(?:\/proc)?\/\d+\/(?:stat|fd)$/;
const CGROUPS = '/sys/fs/cgroup/';
/** They tell of a namespace, also when the process by which it was found has ended. */
const SOCKET_STATISTICS = /^(?:\/proc)?\/\d+\/net\/sockstat6?(?: \(deleted\))?$/;

/** The other namespaces in which a process lives, by what links to them and to the netlink sockets in them read. */
function inhabitedNamespaces(own: string): ReadonlyMap<string, string> {
  const list = execFileSync('lsns', ['--type', 'net', '--noheadings', '--output', 'NS,PID'], {
    encoding: 'utf8',
  });
  const links = [...list.matchAll(/(\d+)\s+(\d+)/g)]
    .map(([, inode, pid]) => ({ namespace: `net:[${inode}]`, pid: Number(pid) }))
    .filter(({ namespace }) => namespace !== own)
    .flatMap(({ namespace, pid }) =>
      [namespace, ...netlinkSockets(pid)].map((link) => [link, namespace] as const),
    );
  return new Map(links);
}

/** Of the network namespace of a process; none when that has ended meanwhile. */
function netlinkSockets(pid: number): string[] {
  try {
    const table = readFileSync(`/proc/${pid}/net/netlink`, 'utf8');
    return [...table.matchAll(/(\d+)\s*$/gm)].map(([, inode]) => `socket:[${inode}]`);
  } catch {
    return [];
  }
}

/** Empty when it was closed meanwhile. */
function targetOf(descriptor: string): string {
  try {
    return readlinkSync(descriptor);
  } catch {
    return '';
  }
}

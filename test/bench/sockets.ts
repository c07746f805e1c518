import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import pino from 'pino';
import { ConnectionWatch } from '../../exporter/src/collectors/connection-watch.js';
import { SocketHolders } from '../../exporter/src/collectors/socket-holders.js';
import { Inhabitants } from '../../exporter/src/collectors/inhabitants.js';
import { StrangeNamespaces } from '../../exporter/src/collectors/strange-namespaces.js';
import { hostName } from '../../exporter/src/contract/ids.js';
import { ConnectionTracker } from '../../exporter/src/edges/connection-tracker.js';
import { EdgeLedger } from '../../exporter/src/edges/edge-ledger.js';
import { NO_SURROUNDINGS } from '../../exporter/src/edges/no-surroundings.js';
import { CgroupIds } from '../../exporter/src/kernel/cgroup-id.js';
import { loadLibc } from '../../exporter/src/kernel/libc.js';
import { NamespaceSockets } from '../../exporter/src/kernel/namespace-sockets.js';
import { NETLINK_SOCK_DIAG, NLM_F_DUMP, NetlinkSocket } from '../../exporter/src/kernel/netlink.js';
import { NamespaceDoor } from '../../exporter/src/kernel/netns.js';
import type { ProcessRecord } from '../../exporter/src/kernel/process.js';
import { createProcessTable } from '../../exporter/src/kernel/procfs.js';
import type { SocketSource } from '../../exporter/src/kernel/socket-source.js';
import { readSystemConstants } from '../../exporter/src/kernel/system-constants.js';
import { containerIdOfCgroup } from '../../exporter/src/runtimes/container-id.js';
import { NamespaceProcess, createPair, deleteNamespace } from '../engines/network-namespaces.js';
import { median } from '../measure/median.js';

const WARM_UP = 5;
const RUNS = 15;
const HOLDERS = 4;
const CONNECTIONS_EACH = 2_500;

/**
 * 20,000 open sockets in one namespace: a whole pass of the connection collector over it, in turn with a bare dump
 * of the same sockets with INFO (received, not read), by processor time, and with spawning `ss -tin` (printed, not
 * parsed), by the clock.
 */
export async function run(): Promise<Record<string, number>> {
  const [a, b] = createPair('toposcope-bench', 5);
  deleteNamespace(b.name);
  const holders = Array.from({ length: HOLDERS }, (_, index) =>
    NamespaceProcess.start(
      a.name,
      process.execPath,
      'test/load/tcp-load.mjs',
      'hold',
      '127.0.0.1',
      String(8210 + index),
      String(CONNECTIONS_EACH),
    ),
  );
  try {
    await Promise.all(holders.map((holder) => holder.next()));
    return await measure(a.name, holders);
  } finally {
    await Promise.all(holders.map((holder) => holder.kill()));
    deleteNamespace(a.name);
  }
}

async function measure(name: string, holders: readonly NamespaceProcess[]): Promise<Record<string, number>> {
  const libc = loadLibc();
  const inode = statSync(`/run/netns/${name}`).ino;
  const door = NamespaceDoor.open(libc, '/proc');
  const pid = holders[0]?.child.pid ?? 0;
  const opened = door.enter(pid, inode, () => ({
    diag: NetlinkSocket.open(libc, NETLINK_SOCK_DIAG, 'list sockets'),
    sockets: NamespaceSockets.open(libc, `/proc/${pid}/net`),
  }));
  if (opened === undefined) {
    throw new Error('The holders have ended');
  }
  try {
    const { watch, ledger } = watchOf(inode, opened.sockets);
    // The first pass looks for the sockets' processes: that is done once a socket.
    await watch.pass();
    const open = [...ledger.values()].reduce((sum, edge) => sum + edge.open, 0);
    if (open !== HOLDERS * CONNECTIONS_EACH * 2) {
      throw new Error(`The pass found ${open} sockets`);
    }
    const pass = () => taken(() => watch.pass());
    const dump = () => taken(() => bareDump(opened.diag));
    const ss = () => taken(() => listWithSs(name));
    // An exporter passes for weeks: what is compiled while it begins is not what a pass costs.
    await inTurn(WARM_UP, pass, dump);
    const [passes, dumps] = await inTurn(RUNS, pass, dump);
    const [others, prints] = await inTurn(RUNS, pass, ss);
    return {
      ratio_to_netlink_dump: cpuOf(passes) / cpuOf(dumps),
      ratio_to_ss: clockOf(others) / clockOf(prints),
      pass_ms: clockOf(passes),
    };
  } finally {
    opened.diag.close();
    opened.sockets.close();
    door.close();
  }
}

/** The collector's own watch, on this one namespace. */
function watchOf(inode: number, sockets: NamespaceSockets) {
  const now = () => performance.now();
  const ledger = new EdgeLedger(hostName('bench'), {
    edges: 20_000,
    edgesPerContainer: 1_000,
    idleMs: 900_000,
  });
  const holders = new SocketHolders({ procRoot: '/proc', containerOf: containerIdOfCgroup, now });
  const tracker = new ConnectionTracker({
    ledger,
    surroundings: { ...NO_SURROUNDINGS, ownerOfInode: (socket) => holders.ownerOf(socket) },
    publicPeers: false,
    firstEphemeralPort: 32_768,
  });
  const source: SocketSource = {
    mode: 'netlink',
    events: undefined,
    open: (namespace) => namespace === inode,
    release: () => undefined,
    visitSockets: (_, visitors) => sockets.visit(visitors),
    mayBeHeld: (_, identity) => sockets.mayBeHeld(identity),
    addresses: () => sockets.addresses(),
    findFlow: () => undefined,
    visitUdpFlows: () => undefined,
    trackedFlows: () => 0,
    announcesEnds: () => true,
    close: () => Promise.resolve(),
  };
  const table = createProcessTable({ procRoot: '/proc', constants: readSystemConstants() });
  const watch = new ConnectionWatch({
    source,
    tracker,
    holders,
    strangers: new StrangeNamespaces(now),
    inhabitants: new Inhabitants({ procRoot: '/proc', now }),
    cgroupIds: new CgroupIds('/sys'),
    processTable: {
      refresh: (maxAgeMs) => onlyIn(table.refresh(maxAgeMs), inode),
      discover: (maxAgeMs) => onlyIn(table.discover(maxAgeMs), inode),
    },
    containerOf: containerIdOfCgroup,
    containers: () => [],
    settleJoiners: () => Promise.resolve(),
    logger: pino({ level: 'silent' }),
    now,
    firstEphemeralPort: 32_768,
    procRoot: '/proc',
    ownNamespace: 0,
    maxTableAgeMs: 15_000,
    flowIntervalMs: 5_000,
  });
  return { watch, ledger };
}

function onlyIn(
  snapshot: { readonly takenAt: number; readonly processes: ReadonlyMap<number, ProcessRecord> },
  inode: number,
) {
  return {
    takenAt: snapshot.takenAt,
    processes: new Map([...snapshot.processes].filter(([, { netns }]) => netns === inode)),
  };
}

function bareDump(diag: NetlinkSocket): void {
  const SOCK_DIAG_BY_FAMILY = 20;
  for (const family of [2, 10]) {
    const body = Buffer.alloc(56);
    body[0] = family;
    body[1] = 6;
    body[2] = 2;
    // As the pass: neither TIME_WAIT, SYN_RECV, LISTEN nor CLOSE.
    body.writeUInt32LE(0xfff & ~(1 << 6) & ~(1 << 3) & ~(1 << 10) & ~(1 << 7), 4);
    diag.request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, body, 'list sockets', () => undefined);
  }
}

function listWithSs(name: string): void {
  const { status } = spawnSync('ss', ['-N', name, '-tinH'], { maxBuffer: 1 << 28 });
  if (status !== 0) {
    throw new Error('ss failed');
  }
}

/** Milliseconds. */
interface Taken {
  readonly clock: number;
  readonly cpu: number;
}

async function taken(step: () => void | Promise<void>): Promise<Taken> {
  const began = performance.now();
  const before = process.cpuUsage();
  await step();
  const { user, system } = process.cpuUsage(before);
  return { clock: performance.now() - began, cpu: (user + system) / 1_000 };
}

async function inTurn(
  times: number,
  one: () => Promise<Taken>,
  other: () => Promise<Taken>,
): Promise<readonly [readonly Taken[], readonly Taken[]]> {
  const ofOne: Taken[] = [];
  const ofOther: Taken[] = [];
  for (let index = 0; index < times; index++) {
    ofOne.push(await one());
    ofOther.push(await other());
  }
  return [ofOne, ofOther];
}

function cpuOf(runs: readonly Taken[]): number {
  return median(runs.map(({ cpu }) => cpu));
}

function clockOf(runs: readonly Taken[]): number {
  return median(runs.map(({ clock }) => clock));
}

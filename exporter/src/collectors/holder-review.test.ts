import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commonOwner, type Listener } from '../edges/listening-set.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { ProcessRecord } from '../kernel/process.js';
import { acceptorsOf, HolderReview } from './holder-review.js';
import { MadeProcesses } from './made-processes.js';
import { SocketHolders } from './socket-holders.js';

const SOCKET = 42;
const PASS_MS = 5_000;

describe('HolderReview', () => {
  let made: MadeProcesses;
  let holders: SocketHolders;
  let namespace: TrackedNamespace;
  let review: HolderReview;
  let time: number;
  let opened: number[];
  const pause = () => Promise.resolve();

  beforeEach(() => {
    made = new MadeProcesses();
    const { procRoot } = made;
    time = 0;
    opened = [];
    const now = () => time;
    const containerOf = () => undefined;
    holders = new SocketHolders({ procRoot, containerOf, now });
    namespace = new TrackedNamespace(1, false);
    review = new HolderReview({
      procRoot,
      containerOf,
      holders,
      namespaces: new Map([[1, namespace]]),
      now,
    });
  });

  afterEach(() => made.delete());

  /** Who is named for what ended a moment before the pass. */
  async function pass(...processes: readonly ProcessRecord[]): Promise<string | undefined> {
    time += PASS_MS;
    const listener: Listener = {
      ...{ protocol: 'tcp', family: 'ipv4', address: '0.0.0.0', port: 80, ipv6Only: false },
      ...{ cookie: 1, inode: SOCKET, cgroupId: 0, owner: undefined },
    };
    namespace.listening.replace([listener], time);
    await review.recheck(pause);
    await holders.find([SOCKET], processes, pause, { isThere: () => true, isOpen: () => true });
    const byPid = new Map(processes.map((process) => [process.pid, process]));
    await review.findOthers(byPid, opened, pause);
    namespace.listening.own(listener, commonOwner(acceptorsOf(holders.ownersOf(SOCKET))), time);
    return namespace.listening.find('tcp', '10.0.0.1', 80, time - 100)?.owner?.process;
  }

  /** Until none of them is new. */
  async function settle(...processes: readonly ProcessRecord[]): Promise<void> {
    for (let passes = 0; passes < 3; passes++) {
      await pass(...processes);
    }
  }

  const old = () => made.put(7, 'old', [SOCKET], 100);

  it('goes on naming who goes on holding it', async () => {
    expect(await pass(old())).toBe('old');
    expect(await pass(old())).toBe('old');
  });

  it('names who has inherited it when its holder has ended, and nobody for the time of the change', async () => {
    await pass(old());
    made.end(7);
    const heir = made.put(8, 'new', [SOCKET], 200);
    expect(await pass(heir)).toBe('');
    expect(await pass(heir)).toBe('new');
  });

  it('names the program that its holder has become', async () => {
    await pass(old());
    const renamed = made.put(7, 'new', [SOCKET], 100);
    expect(await pass(renamed)).toBe('');
    expect(await pass(renamed)).toBe('new');
  });

  it('names who has got it from one that lives on without it', async () => {
    const giver = old();
    await pass(giver);
    made.hold(7, []);
    const taker = made.put(8, 'new', [SOCKET], 50);
    expect(await pass(giver, taker)).toBe('');
    expect(await pass(giver, taker)).toBe('new');
  });

  it('names the service that systemd has started for it', async () => {
    const keeper = made.put(1, 'systemd', [SOCKET], 1, 0);
    await pass(keeper);
    const step = made.put(8, 'sh', [], 200, 1);
    const service = made.put(9, 'new', [SOCKET], 200, 8);
    expect(await pass(keeper, step, service)).toBe('');
    expect(await pass(keeper, step, service)).toBe('new');
  });

  it('names none of two programs that hold it, until one of them ends', async () => {
    const supervisor = old();
    const worker = made.put(8, 'new', [SOCKET], 200, 7);
    expect(await pass(supervisor, worker)).toBe('');
    expect(await pass(supervisor, worker)).toBe('');
    expect(holders.ownersOf(SOCKET).map(({ process }) => process)).toEqual(['old', 'new']);
    made.end(8);
    expect(await pass(supervisor)).toBe('');
    expect(await pass(supervisor)).toBe('old');
  });

  it('names none of those that a program has left its listener to', async () => {
    const supervisor = old();
    await pass(supervisor);
    const step = made.put(8, 'sh', [], 200, 7);
    const worker = made.put(9, 'new', [SOCKET], 200, 8);
    expect(await pass(supervisor, step, worker)).toBe('');
  });

  it('finds an heir whose parent has ended, in the same service or container', async () => {
    const server = old();
    await settle(server);
    expect(await pass(server, made.put(9, 'new', [SOCKET], 200))).toBe('');
  });

  it('asks nobody again when another of the same program holds it', async () => {
    const parent = old();
    const idle = made.put(6, 'idle', [], 50);
    const workers = [200, 300, 400].map((startTicks, index) => ({ pid: 10 + index, startTicks }));
    await settle(parent, idle);
    made.hold(7, []);
    const asked = vi.spyOn(holders, 'share');
    for (const { pid, startTicks } of workers) {
      expect(await pass(parent, idle, made.put(pid, 'old', [SOCKET], startTicks))).toBe('old');
      made.end(pid);
    }
    // In turn, once a pass.
    expect(asked.mock.calls.filter(([{ pid }]) => pid === 6)).toHaveLength(workers.length);
  });

  describe('a connection', () => {
    const connection = 77;
    const find = async (...processes: readonly ProcessRecord[]) => {
      await holders.find([connection], processes, pause, { isThere: () => true, isOpen: () => true });
      opened = [connection];
      await pass(...processes);
      return holders.ownerOf(connection)?.process;
    };

    it('is neither that of who has opened it, while that keeps it, nor of a helper that it was left to', async () => {
      await settle(old());
      const server = made.put(7, 'old', [SOCKET, connection], 100);
      const helper = made.put(8, 'helper', [SOCKET, connection], 200, 7);
      expect(await find(server, helper)).toBe('');
    });

    it('is that of the one it was left to when nobody else keeps it', async () => {
      const server = old();
      await settle(server);
      expect(await find(server, made.put(8, 'worker', [connection], 200, 7))).toBe('worker');
    });

    it('is asked about only where its holder may have inherited it', async () => {
      const dialler = made.put(8, 'dialler', [], 150, 7);
      const younger = made.put(9, 'younger', [], 160);
      const server = old();
      await settle(server, dialler, younger);
      made.hold(8, [connection]);
      const asked = vi.spyOn(holders, 'share');
      expect(await find(server, dialler, younger)).toBe('dialler');
      expect(asked.mock.calls.filter(([, wanted]) => wanted.has(connection))).toEqual([]);
    });
  });

  it('finds one that it was passed to, though that is older, by asking in turn', async () => {
    const giver = old();
    const bystanders = Array.from({ length: 4 }, (_, index) =>
      made.put(
        2 + index,
        `other${index}`,
        Array.from({ length: 200 }, (_, socket) => 1_000 + socket),
        50,
      ),
    );
    const taker = made.put(6, 'new', [], 50);
    const all = [giver, ...bystanders, taker];
    await settle(...all);
    made.hold(6, [SOCKET]);
    const named: (string | undefined)[] = [];
    for (let passes = 0; passes < 4; passes++) {
      named.push(await pass(...all));
    }
    expect(named).toEqual(['old', 'old', '', '']);
  });

  it('asks those of the same service or container first', async () => {
    const giver = old();
    const sockets = Array.from({ length: 400 }, (_, socket) => 1_000 + socket);
    const strangers = [2, 3, 4, 5].map((pid) => ({
      ...made.put(pid, `other${pid}`, sockets, 50),
      cgroup: '/other',
    }));
    const taker = made.put(6, 'new', [], 50);
    await settle(giver, ...strangers, taker);
    made.hold(6, [SOCKET]);
    expect(await pass(giver, ...strangers, taker)).toBe('');
  });

  it('asks nobody for some passes when one has had very many descriptors', async () => {
    const giver = old();
    const taker = made.put(8, 'new', [], 50);
    const crowded = made.put(
      9,
      'crowded',
      Array.from({ length: 1_000 }, (_, socket) => 1_000 + socket),
      50,
    );
    const all = [giver, taker, crowded];
    await settle(...all);
    await pass(...all);
    made.hold(8, [SOCKET]);
    const named: (string | undefined)[] = [];
    for (let passes = 0; passes < 5; passes++) {
      named.push(await pass(...all));
    }
    expect(named).toEqual(['old', 'old', '', '', '']);
  });

  it('looks again at one that had not begun its own program yet', async () => {
    const keeper = old();
    await pass(keeper);
    await pass(keeper, made.put(8, 'old', [SOCKET], 200, 7));
    const service = made.put(8, 'new', [SOCKET], 200, 7);
    expect(await pass(keeper, service)).toBe('');
  });

  it('looks again at one that is called otherwise long after its start', async () => {
    const keeper = old();
    const heir = made.put(8, 'old', [SOCKET], 200, 7);
    await pass(keeper);
    await pass(keeper, heir);
    const renamed = made.put(8, 'new', [SOCKET], 200, 7);
    expect(await pass(keeper, renamed)).toBe('');
    made.end(7);
    await pass(renamed);
    expect(await pass(renamed)).toBe('new');
  });

  it('reads no descriptors of workers of the same program', async () => {
    const parent = old();
    await pass(parent);
    await pass(parent, made.put(8, 'old', [SOCKET], 200, 7));
    expect(holders.ownersOf(SOCKET)).toMatchObject([{ pid: 7 }]);
  });

  it('leaves it to its holder when what that has started has not inherited it', async () => {
    const server = old();
    await pass(server);
    expect(await pass(server, made.put(8, 'helper', [], 200, 7))).toBe('old');
  });
});

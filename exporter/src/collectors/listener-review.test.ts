import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commonOwner, type Listener } from '../edges/listening-set.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { ProcessRecord } from '../kernel/process.js';
import { acceptorsOf, ListenerReview } from './listener-review.js';
import { MadeProcesses } from './made-processes.js';
import { SocketHolders } from './socket-holders.js';

const SOCKET = 42;
const PASS_MS = 5_000;

describe('ListenerReview', () => {
  let made: MadeProcesses;
  let holders: SocketHolders;
  let namespace: TrackedNamespace;
  let review: ListenerReview;
  let time: number;
  const pause = () => Promise.resolve();

  beforeEach(() => {
    made = new MadeProcesses();
    const { procRoot } = made;
    time = 0;
    const now = () => time;
    const containerOf = () => undefined;
    holders = new SocketHolders({ procRoot, containerOf, now });
    namespace = new TrackedNamespace(1, false);
    review = new ListenerReview({
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
    await review.findOthers(byPid, pause);
    namespace.listening.own(listener, commonOwner(acceptorsOf(holders.ownersOf(SOCKET))), time);
    return namespace.listening.find('tcp', '10.0.0.1', 80, time - 100)?.owner?.process;
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
    await pass(...all);
    made.hold(6, [SOCKET]);
    const named: (string | undefined)[] = [];
    for (let passes = 0; passes < 4; passes++) {
      named.push(await pass(...all));
    }
    expect(named).toEqual(['old', '', '', '']);
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

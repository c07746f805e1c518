import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Listener } from '../edges/listening-set.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { ProcessRecord } from '../kernel/process.js';
import { ListenerReview } from './listener-review.js';
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
    holders = new SocketHolders({ procRoot, containerOf: () => undefined, now });
    namespace = new TrackedNamespace(1, false);
    review = new ListenerReview({ procRoot, holders, namespaces: new Map([[1, namespace]]), now });
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
    await review.review(new Map(processes.map((process) => [process.pid, process])), pause);
    await holders.find([SOCKET], processes, pause, { isThere: () => true, isOpen: () => true });
    namespace.listening.own(listener, holders.ownerOf(SOCKET), time);
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

  it('names the service that was started by who only keeps it', async () => {
    const keeper = old();
    await pass(keeper);
    const step = made.put(8, 'sh', [], 200, 7);
    const service = made.put(9, 'new', [SOCKET], 200, 8);
    expect(await pass(keeper, step, service)).toBe('');
    expect(await pass(keeper, step, service)).toBe('new');
  });

  it('looks again at one that had not begun its own program yet', async () => {
    const keeper = old();
    await pass(keeper);
    await pass(keeper, made.put(8, 'old', [SOCKET], 200, 7));
    const service = made.put(8, 'new', [SOCKET], 200, 7);
    await pass(keeper, service);
    expect(await pass(keeper, service)).toBe('new');
  });

  it('looks again at one that is called otherwise long after its start', async () => {
    const keeper = old();
    const heir = made.put(8, 'old', [SOCKET], 200, 7);
    const others = [300, 400].map((startTicks, index) => made.put(9 + index, 'other', [], startTicks));
    await pass(keeper);
    await pass(keeper, heir);
    await pass(keeper, heir, ...others.slice(0, 1));
    await pass(keeper, heir, ...others);
    await pass(keeper, heir, ...others);
    const renamed = made.put(8, 'new', [SOCKET], 200, 7);
    await pass(keeper, renamed, ...others);
    expect(await pass(keeper, renamed, ...others)).toBe('new');
  });

  it('reads no descriptors of workers of the same program', async () => {
    const parent = old();
    await pass(parent);
    await pass(parent, made.put(8, 'old', [SOCKET], 200, 7));
    expect(holders.ownerOf(SOCKET)).toMatchObject({ pid: 7 });
  });

  it('leaves it to its holder when what that has started has not inherited it', async () => {
    const server = old();
    await pass(server);
    expect(await pass(server, made.put(8, 'helper', [], 200, 7))).toBe('old');
  });
});

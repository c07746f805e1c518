import { beforeEach, describe, expect, it } from 'vitest';
import { hostName, type ContainerId } from '../contract/ids.js';
import { ConnectionTracker } from '../edges/connection-tracker.js';
import { EdgeLedger } from '../edges/edge-ledger.js';
import { LATE_MS } from '../edges/listening-set.js';
import { NO_SURROUNDINGS } from '../edges/no-surroundings.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { SocketCounters, SocketRecord } from '../kernel/socket-record.js';
import { StrangeNamespaces, type Addressed } from './strange-namespaces.js';
import { WaitingEnds } from './waiting-ends.js';

const WEB = '111111111111' as ContainerId;
const APP = '222222222222' as ContainerId;
const CLOSE = 7;
const WEB_NSID = 4;
const APP_NSID = 5;

const counters: SocketCounters = {
  segments: Number.NaN,
  sentBytes: 0,
  receivedBytes: 0,
  receivedOctets: 0,
  awaitsFin: false,
  acknowledgedOctets: 0,
  retransmittedSegments: 0,
  rttSeconds: 0,
  established: true,
  attempted: true,
};

function ended(local: readonly [string, number], peer: readonly [string, number]): SocketRecord {
  return {
    protocol: 'tcp',
    family: 'ipv4',
    state: CLOSE,
    localAddress: local[0],
    localPort: local[1],
    peerAddress: peer[0],
    peerPort: peer[1],
    cookie: local[1],
    inode: 0,
    cgroupId: 0,
    ipv6Only: false,
    counters,
  };
}

/** As the kernel announces the ends of a connection that its client aborted. */
const ofClient = ended(['0.0.0.0', 40_000], ['10.0.0.2', 0]);
const ofServer = {
  ...ended(['10.0.0.2', 80], ['10.0.0.1', 40_000]),
  counters: { ...counters, receivedBytes: 10, receivedOctets: 10 },
};

describe('WaitingEnds', () => {
  let ledger: EdgeLedger;
  let tracker: ConnectionTracker;
  let ends: WaitingEnds;
  let namespaces: Map<number, number>;
  let containers: Addressed[];
  let pauses: number;
  let toldByOthers: Set<number>;
  let time: number;

  beforeEach(() => {
    time = 0;
    ledger = new EdgeLedger(hostName('h'), { edges: 100, edgesPerContainer: 100, idleMs: 1_000 });
    const strangers = new StrangeNamespaces(() => 0);
    tracker = new ConnectionTracker({
      ledger,
      surroundings: {
        ...NO_SURROUNDINGS,
        strangerAt: (address) => strangers.namespaceOf(address),
        isInhabited: ({ inode }) => inode === APP_NSID,
      },
      publicPeers: false,
      firstEphemeralPort: 32_768,
    });
    namespaces = new Map();
    containers = [];
    pauses = 0;
    toldByOthers = new Set();
    ends = new WaitingEnds({
      source: {
        events: {
          received: 0,
          overruns: 0,
          turns: 0,
          namespaceOf: ({ nsid }) => namespaces.get(nsid ?? 0),
          isRepeated: ({ nsid }, { cookie }) => nsid !== undefined && toldByOthers.has(cookie),
        },
      },
      tracker,
      strangers,
      containers: () => containers,
      now: () => time,
    });
    const app = known(APP_NSID, APP, '10.0.0.2');
    const owner = { containerId: APP, process: 'app', pid: 2 };
    app.listening.replace(
      [
        {
          ...{ protocol: 'tcp', family: 'ipv4', address: '0.0.0.0', port: 80, ipv6Only: false },
          ...{ cookie: 80, inode: 80, cgroupId: 0, owner },
        },
      ],
      0,
    );
  });

  /** A namespace that passes have found; its inode is its nsid. */
  function known(nsid: number, occupant: ContainerId, address: string): TrackedNamespace {
    const namespace = new TrackedNamespace(nsid, false);
    namespace.occupants = new Set([occupant]);
    namespace.addresses = new Set([address]);
    tracker.namespaces.set(nsid, namespace);
    namespaces.set(nsid, nsid);
    tracker.rebuildAddresses();
    return namespace;
  }

  function hearBoth(): void {
    ends.hear(ofClient, { source: 1, nsid: WEB_NSID });
    ends.hear(ofServer, { source: 1, nsid: APP_NSID });
  }

  async function pass(): Promise<void> {
    const taken = ends.take();
    tracker.endPass(0);
    await ends.give(taken, () => {
      pauses++;
      return Promise.resolve();
    });
  }

  function rows(): string[] {
    for (const { listening } of tracker.namespaces.values()) {
      listening.replace([...listening.all()], time);
    }
    tracker.presumed.giveKnown(time);
    tracker.presumed.giveKnown(time + LATE_MS);
    return [...ledger.values()]
      .map(
        ({ labels: l, closed }) => `${l.role} ${l.container_id}:${l.port} ${l.peer_container_id} ${closed}`,
      )
      .sort();
  }

  const bothNamed = [`client ${WEB}:80 ${APP} 1`, `server ${APP}:80 ${WEB} 1`];

  it('names both ends of what a client aborted as its container ended', async () => {
    known(WEB_NSID, WEB, '10.0.0.1');
    hearBoth();
    expect(ends.patienceMs).toBeLessThan(5_000);
    await pass();
    expect(rows()).toEqual(bothNamed);
    expect(ends.patienceMs).toBe(Infinity);
    // Before each is noted, and before each is given.
    expect(pauses).toBe(4);
  });

  it('names them too when the client’s address has been taken away before the pass', async () => {
    const web = known(WEB_NSID, WEB, '10.0.0.1');
    hearBoth();
    web.addresses = new Set();
    tracker.rebuildAddresses();
    await pass();
    expect(rows()).toEqual(bothNamed);
    expect(tracker.attribution.unattributed.size).toBe(0);
  });

  it('names both ends of each of several connections that a server aborted', async () => {
    const web = known(WEB_NSID, WEB, '10.0.0.1');
    web.isWatched = true;
    tracker.namespaces.forEach((namespace) => (namespace.isWatched = true));
    for (const port of [40_000, 40_001, 40_002]) {
      const atServer = { ...ended(['0.0.0.0', 80], ['10.0.0.1', 0]), cookie: port + 100 };
      ends.hear(atServer, { source: 1, nsid: APP_NSID });
      ends.hear(ended(['10.0.0.1', port], ['10.0.0.2', 80]), { source: 1, nsid: WEB_NSID });
    }
    await pass();
    expect(rows()).toEqual([`client ${WEB}:80 ${APP} 3`, `server ${APP}:80 ${WEB} 3`]);
    expect(tracker.attribution.unattributed.size).toBe(0);
  });

  it('names nobody who has got the address since, and aborts a connection from the same port', async () => {
    ends.hear(ofServer, { source: 1, nsid: APP_NSID });
    await pass();
    time = 3_000;
    known(WEB_NSID, WEB, '10.0.0.1');
    ends.hear(ofClient, { source: 1, nsid: WEB_NSID });
    await pass();
    expect(rows().filter((row) => row.includes(WEB))).toEqual([]);
  });

  it('names them too when no pass has found the client’s container, which the runtime knew', async () => {
    containers = [{ id: WEB, addresses: [{ network: 'bridge', ip: '10.0.0.1' }], startedSeconds: 1 }];
    hearBoth();
    await pass();
    expect(rows()).toEqual(bothNamed);
    expect(tracker.attribution.unattributed.size).toBe(0);
  });

  it('keeps what waits for a pass when that fails', async () => {
    known(WEB_NSID, WEB, '10.0.0.1');
    hearBoth();
    ends.putBack(ends.take());
    await pass();
    expect(rows()).toEqual(bothNamed);
  });

  it.each([
    ['of a stranger', ended(['10.9.9.9', 40_000], ['10.0.0.2', 80]), 9],
    ['that only the next pass explains', ended(['10.0.0.2', 81], ['10.0.0.1', 40_000]), APP_NSID],
  ])(
    'is as urgent after a failed pass when it has an end %s, and less so after each more',
    (_, end, nsid) => {
      ends.hear(end, { source: 1, nsid });
      const patience = [ends.patienceMs];
      for (let failed = 0; failed < 10; failed++) {
        ends.putBack(ends.take());
        patience.push(ends.patienceMs);
      }
      expect(patience).toEqual(patience.toSorted((a, b) => a - b));
      expect(patience[1]).toBeLessThan(5_000);
      expect(patience.at(-1)).toBe(5_000);
    },
  );

  it('does not grow while pass after pass fails', () => {
    const heard = { ...ended(['10.9.9.9', 40_000], ['10.0.0.2', 80]) };
    for (let failed = 0; failed < 3; failed++) {
      const taken = ends.take();
      for (let count = 0; count < 30_000; count++) {
        ends.hear(heard, { source: 1, nsid: 9 });
      }
      ends.putBack(taken);
    }
    expect(ends.take()).toHaveLength(50_000);
    expect(tracker.attribution.unattributed.get('namespace_unknown')).toBe(40_000);
  });

  describe('from a namespace that is not known', () => {
    const strange = ended(['10.9.9.9', 40_000], ['10.0.0.2', 80]);

    it('waits for a pass that finds the namespace', async () => {
      ends.hear(strange, { source: 1, nsid: WEB_NSID });
      await pass();
      expect(ends.isLost).toBe(true);
      known(WEB_NSID, WEB, '10.9.9.9');
      await pass();
      expect(rows()).toEqual([`client ${WEB}:80 ${APP} 1`]);
      expect(ends.isLost).toBe(false);
    });

    it.each([
      ['', strange],
      [' where its client has forgotten what it had dialled', ofClient],
    ])('is counted as such when three have not%s', async (_, end) => {
      ends.hear(end, { source: 1, nsid: 9 });
      const counts = [];
      for (let passed = 0; passed < 3; passed++) {
        await pass();
        counts.push(tracker.attribution.unattributed.get('namespace_unknown'));
      }
      expect(counts).toEqual([undefined, undefined, 1]);
      expect(rows()).toEqual([]);
      expect(ends.patienceMs).toBe(Infinity);
    });

    it.each([
      ['before', 0],
      ['after', 1],
    ])('is counted once when a source of that namespace alone tells of it, too, %s it', async (_, own) => {
      const web = known(WEB_NSID, WEB, '10.0.0.1');
      const end = ended(['10.0.0.1', 40_000], ['10.0.0.2', 80]);
      containers = [{ id: WEB, addresses: [{ network: 'bridge', ip: '10.0.0.1' }], startedSeconds: 1 }];
      namespaces.set(0, web.inode);
      for (const source of own === 0 ? [2, 1] : [1, 2]) {
        // The namespace has only just got its id.
        ends.hear(end, source === 2 ? { source, nsid: undefined } : { source, nsid: 9, timesGiven: -1 });
        if (source === 2) {
          toldByOthers.add(end.cookie);
        }
      }
      await pass();
      expect(rows()).toEqual([`client ${WEB}:80 ${APP} 1`]);
      expect(tracker.attribution.unattributed.size).toBe(0);
    });

    it('is not counted where it is a listener’s', async () => {
      const listener = { ...counters, established: false, attempted: false };
      ends.hear({ ...ended(['0.0.0.0', 80], ['0.0.0.0', 0]), counters: listener }, { source: 1, nsid: 9 });
      for (let passed = 0; passed < 3; passed++) {
        await pass();
      }
      expect(tracker.attribution.unattributed.size).toBe(0);
    });
  });
});

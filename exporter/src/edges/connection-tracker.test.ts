import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_CONTAINER, hostName, type ContainerId } from '../contract/ids.js';
import type { SocketCounters, SocketRecord } from '../kernel/socket-record.js';
import { ConnectionTracker } from './connection-tracker.js';
import type { Edge, EdgeLabels } from './edge.js';
import { EdgeLedger, type EdgeLimits } from './edge-ledger.js';
import { LATE_MS, type Listener, type SocketOwner } from './listening-set.js';
import { NO_SURROUNDINGS } from './no-surroundings.js';
import type { Surroundings } from './surroundings.js';
import { TrackedNamespace } from './tracked-namespace.js';

const WEB = '111111111111' as ContainerId;
const APP = '222222222222' as ContainerId;
const ESTABLISHED = 1;
const SYN_SENT = 2;
const CLOSE = 7;

function counters(sentBytes: number, receivedBytes: number, established = true): SocketCounters {
  return {
    segments: Number.NaN,
    sentBytes,
    receivedBytes,
    receivedOctets: receivedBytes,
    awaitsFin: false,
    acknowledgedOctets: sentBytes + 2,
    retransmittedSegments: 0,
    rttSeconds: 0,
    established,
    attempted: true,
  };
}

function socket(
  local: string,
  peer: string,
  cookie: number,
  changes: Partial<SocketRecord> = {},
): SocketRecord {
  const [localAddress = '', localPort = ''] = local.split(' ');
  const [peerAddress = '', peerPort = ''] = peer.split(' ');
  return {
    protocol: 'tcp',
    family: 'ipv4',
    state: ESTABLISHED,
    localAddress,
    localPort: Number(localPort),
    peerAddress,
    peerPort: Number(peerPort),
    cookie,
    inode: cookie + 1000,
    cgroupId: 0,
    ipv6Only: false,
    counters: counters(0, 0),
    ...changes,
  };
}

/** As the kernel announces it: without inode. */
function closed(record: SocketRecord, changes: Partial<SocketRecord> = {}): SocketRecord {
  return { ...record, state: CLOSE, inode: 0, ...changes };
}

function listener(port: number, containerId: ContainerId, process: string, address = '0.0.0.0'): Listener {
  return {
    protocol: 'tcp',
    family: 'ipv4',
    address,
    port,
    ipv6Only: false,
    cookie: -port,
    inode: port,
    cgroupId: 0,
    owner: { containerId, process, pid: port },
  };
}

/** Stands for a namespace that no pass has found. */
function stranger(occupant: ContainerId, address: string): TrackedNamespace {
  const made = new TrackedNamespace(-7, false);
  made.addresses = new Set([address]);
  made.occupants = new Set([occupant]);
  return made;
}

describe('ConnectionTracker', () => {
  let ledger: EdgeLedger;
  let tracker: ConnectionTracker;
  let web: TrackedNamespace;
  let app: TrackedNamespace;

  function start(
    surroundings: Partial<Surroundings> = {},
    limits: Partial<EdgeLimits> = {},
    publicPeers = false,
  ): void {
    ledger = new EdgeLedger(hostName('h'), {
      edges: 100,
      edgesPerContainer: 100,
      idleMs: 1_000,
      ...limits,
    });
    tracker = new ConnectionTracker({
      ledger,
      surroundings: { ...NO_SURROUNDINGS, ...surroundings },
      publicPeers,
      firstEphemeralPort: 32_768,
    });
    web = namespace(1, WEB, '10.0.0.1');
    app = namespace(2, APP, '10.0.0.2');
    app.listening.replace([listener(80, APP, 'app')], 0);
    tracker.rebuildAddresses();
  }

  function namespace(inode: number, occupant: ContainerId, address: string): TrackedNamespace {
    const made = new TrackedNamespace(inode, false);
    made.addresses = new Set(['127.0.0.1', address]);
    made.occupants = new Set([occupant]);
    tracker.namespaces.set(inode, made);
    return made;
  }

  function pass(
    records: readonly (readonly [TrackedNamespace, SocketRecord])[],
    now = 0,
    complete = true,
  ): void {
    for (const each of [web, app]) {
      for (const [where, record] of records) {
        if (where === each) {
          tracker.observe(each, record, now);
        }
      }
      tracker.endNamespace(each, complete, now);
    }
    tracker.endPass(now);
  }

  /** All, once another dump has said who listens where. */
  function allEdges(now = 0): Edge[] {
    for (const { listening } of tracker.namespaces.values()) {
      listening.replace([...listening.all()], now);
      listening.reviewed();
    }
    tracker.presumed.giveKnown(now);
    tracker.presumed.giveKnown(now + LATE_MS);
    return [...ledger.values()];
  }

  function edges(role: 'client' | 'server'): Edge[] {
    return allEdges().filter(({ labels }) => labels.role === role);
  }

  function only(role: 'client' | 'server'): Edge {
    const [edge, ...more] = edges(role);
    expect(more).toEqual([]);
    if (edge === undefined) {
      throw new Error(`no ${role} edge`);
    }
    return edge;
  }

  beforeEach(() => start());

  const client = socket('10.0.0.1 40000', '10.0.0.2 80', 1);
  const server = socket('10.0.0.2 80', '10.0.0.1 40000', 2);

  it('names the dialled port and the peer on a client’s row, and no port of its own', () => {
    pass([[web, client]]);
    expect(only('client').labels).toEqual({
      container_id: WEB,
      process: '',
      role: 'client',
      protocol: 'tcp',
      local_ip: '',
      port: '80',
      peer_ip: '10.0.0.2',
      actual_peer_ip: '',
      actual_port: '',
      peer_container_id: APP,
      peer_process: 'app',
      peer_name: '',
    } satisfies EdgeLabels);
  });

  it('names the listening port on a server’s row, and no port of the client', () => {
    pass([[app, server]]);
    expect(only('server').labels).toMatchObject({
      container_id: APP,
      process: 'app',
      local_ip: '10.0.0.2',
      port: '80',
      peer_ip: '10.0.0.1',
      peer_container_id: WEB,
    });
  });

  it('counts a connection that no pass saw once, with all its bytes', () => {
    tracker.destroyedSockets.give(web, closed(client, { counters: counters(10, 500) }), 0);
    expect(only('client')).toMatchObject({
      open: 0,
      opened: 1,
      closed: 1,
      failed: 0,
      sentBytes: 10,
      receivedBytes: 500,
    });
  });

  it('counts a connection that passes saw and that then ends once, each byte once', () => {
    pass([[web, { ...client, counters: counters(10, 20) }]]);
    expect(only('client')).toMatchObject({ open: 1, opened: 1, closed: 0, sentBytes: 10, receivedBytes: 20 });
    pass([[web, { ...client, counters: counters(15, 20) }]]);
    tracker.destroyedSockets.give(web, closed(client, { counters: counters(30, 40) }), 0);
    expect(only('client')).toMatchObject({ open: 0, opened: 1, closed: 1, sentBytes: 30, receivedBytes: 40 });
  });

  it('waits for the event of a connection that a pass no longer found, and counts it once', () => {
    pass([[web, { ...client, counters: counters(10, 20) }]]);
    pass([]);
    expect(only('client')).toMatchObject({ open: 0, closed: 0 });
    tracker.destroyedSockets.give(web, closed(client, { counters: counters(11, 20) }), 0);
    expect(only('client')).toMatchObject({ open: 0, opened: 1, closed: 1, sentBytes: 11 });
  });

  it('takes up a connection again that one dump had left out', () => {
    pass([[web, client]]);
    pass([]);
    pass([[web, client]]);
    expect(only('client')).toMatchObject({ open: 1, opened: 1, closed: 0 });
  });

  it('closes what one pass did not find when events were lost, and adds the late event’s bytes', () => {
    pass([[web, { ...client, counters: counters(10, 20) }]]);
    pass([], 0, false);
    expect(only('client')).toMatchObject({ open: 0, opened: 1, closed: 1 });
    tracker.destroyedSockets.give(web, closed(client, { counters: counters(12, 20) }), 0);
    expect(only('client')).toMatchObject({ open: 0, opened: 1, closed: 1, sentBytes: 12 });
  });

  it('finds again what it has seen, in whatever order the kernel lists it', () => {
    const listed = fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 60 }), segments: fc.nat(2) }), {
      selector: ({ id }) => id,
    });
    fc.assert(
      fc.property(fc.array(listed, { maxLength: 8 }), (passes) => {
        start();
        const missed = new Map<number, number>();
        const sent = new Map<number, number>();
        let samples = 0;
        for (const each of passes) {
          const ids = new Set(each.map(({ id }) => id));
          pass(
            each.map(({ id, segments }) => [
              web,
              {
                ...socket(`10.0.0.1 ${40_000 + id}`, '10.0.0.2 80', id),
                counters: { ...counters(segments, 0), segments, rttSeconds: 1 },
              },
            ]),
          );
          for (const { id, segments } of each) {
            // After two passes without it, a socket has ended.
            if ((missed.get(id) ?? 0) < 2) {
              missed.set(id, 0);
              sent.set(id, Math.max(sent.get(id) ?? 0, segments));
              samples++;
            }
          }
          for (const [id, times] of missed) {
            missed.set(id, ids.has(id) && times < 2 ? 0 : times + 1);
          }
        }
        if (missed.size > 0) {
          expect(only('client')).toMatchObject({
            opened: missed.size,
            open: [...missed.values()].filter((times) => times === 0).length,
            closed: [...missed.values()].filter((times) => times > 1).length,
            sentBytes: [...sent.values()].reduce((sum, bytes) => sum + bytes, 0),
            rttSamples: samples,
          });
        }
      }),
    );
  });

  it('counts an attempt that was refused as failed', () => {
    tracker.destroyedSockets.give(web, closed(client, { counters: counters(0, 0, false) }), 0);
    expect(only('client')).toMatchObject({ open: 0, opened: 0, closed: 0, failed: 1 });
  });

  it('takes for a client what was never answered, though its own port looks like a chosen one', () => {
    const refused = closed(socket('10.0.0.1 2000', '10.0.0.9 40000', 1), { counters: counters(0, 0, false) });
    tracker.destroyedSockets.give(web, refused, 0);
    expect(only('client')).toMatchObject({ failed: 1, labels: { port: '40000' } });
  });

  it('counts an attempt that passes saw waiting, and that times out, as failed', () => {
    const waiting = { ...client, state: SYN_SENT, counters: counters(0, 0, false) };
    pass([[web, waiting]]);
    expect(only('client')).toMatchObject({ open: 0, opened: 0 });
    tracker.destroyedSockets.give(web, closed(waiting), 0);
    expect(only('client')).toMatchObject({ open: 0, opened: 0, closed: 0, failed: 1 });
  });

  it('does not count what was open before the exporter started, only what it does from then on', () => {
    web.inheriting = true;
    pass([[web, { ...client, counters: counters(1_000, 2_000) }]]);
    expect(only('client')).toMatchObject({ open: 1, opened: 0, sentBytes: 0, receivedBytes: 0 });
    tracker.destroyedSockets.give(web, closed(client, { counters: counters(1_010, 2_000) }), 0);
    expect(only('client')).toMatchObject({ open: 0, opened: 0, closed: 1, sentBytes: 10, receivedBytes: 0 });
  });

  it('keeps counting up when a reset cleared the socket’s counters', () => {
    pass([[web, { ...client, counters: counters(10, 20) }]]);
    tracker.destroyedSockets.give(web, closed(client, { peerPort: 0, counters: counters(0, 0) }), 0);
    expect(only('client')).toMatchObject({ open: 0, closed: 1, sentBytes: 10, receivedBytes: 20 });
  });

  it('gives a connection that its client reset, and so forgot, to the port that the other end tells', () => {
    const atServer = { ...counters(0, 9), receivedOctets: 10, acknowledgedOctets: 0 };
    tracker.destroyedSockets.give(app, closed(server, { counters: atServer }), 0);
    const forgotten = closed(socket('0.0.0.0 40000', '10.0.0.2 0', 1), { counters: counters(0, 0) });
    expect(tracker.destroyedSockets.giveIfClear(web, forgotten, 0)).toBe('waits');
    tracker.destroyedSockets.give(web, forgotten, 0);
    expect(only('client')).toMatchObject({
      opened: 1,
      closed: 1,
      failed: 0,
      sentBytes: 10,
      labels: { port: '80', peer_ip: '10.0.0.2', peer_container_id: APP },
    });
  });

  describe('when a client on this host aborts its connection, and forgets it', () => {
    /** Without a FIN of either: the kernel's guess of the payload is one too low. */
    const reset = (sentBytes: number, octets: number): SocketCounters => ({
      ...counters(sentBytes, octets - 1),
      receivedOctets: octets,
      acknowledgedOctets: sentBytes,
    });
    const forgotten = (cookie = 1) =>
      closed(socket('0.0.0.0 40000', '10.0.0.2 0', cookie), { counters: counters(0, 0) });

    it('counts the bytes at both ends at once, and knows its peer though an address alone says nothing', () => {
      app.isWatched = true;
      web.isWatched = true;
      tracker.destroyedSockets.give(app, closed(server, { counters: reset(5, 320) }), 0);
      tracker.destroyedSockets.give(web, forgotten(), 0);
      expect(only('client')).toMatchObject({ sentBytes: 320, receivedBytes: 5, hasCounters: true });
      expect(only('client').labels).toMatchObject({
        port: '80',
        peer_container_id: APP,
        peer_process: 'app',
      });
      expect(tracker.attribution.unattributed.get('peer_ambiguous')).toBe(1);
      expect(only('server')).toMatchObject({ sentBytes: 5, receivedBytes: 320 });
    });

    it('counts them where a pass has seen it, with what came after the pass', () => {
      pass([
        [web, { ...client, counters: counters(100, 2) }],
        [app, { ...server, counters: counters(2, 100) }],
      ]);
      expect(tracker.destroyedSockets.giveIfClear(web, closed(client, forgotten()), 0)).toBe('waits');
      expect(tracker.destroyedSockets.giveIfPaired(web, closed(client, forgotten()), 0)).toBe('waits');
      tracker.destroyedSockets.give(app, closed(server, { counters: reset(5, 320) }), 0);
      expect(tracker.destroyedSockets.giveIfPaired(web, closed(client, forgotten()), 0)).toBe('given');
      expect(only('client')).toMatchObject({ open: 0, closed: 1, sentBytes: 320, receivedBytes: 5 });
      expect(only('server')).toMatchObject({ open: 0, closed: 1, sentBytes: 5, receivedBytes: 320 });
    });

    it('loses nothing where it is given before its other end is heard of', () => {
      start({}, { idleMs: 200_000 });
      pass([[web, { ...client, counters: counters(100, 2) }]]);
      tracker.destroyedSockets.give(web, closed(client, forgotten()), 0);
      tracker.destroyedSockets.give(app, closed(server, { counters: reset(5, 320) }), 0);
      [0, 60_000, 120_000].forEach((now) => tracker.endPass(now));
      expect(only('client')).toMatchObject({ closed: 1, sentBytes: 100, receivedBytes: 2 });
      expect(only('server')).toMatchObject({ closed: 1, sentBytes: 5, receivedBytes: 320 });
    });

    it('tells each of several connections from one port where it led', () => {
      const times = [10, 20, 30];
      times.forEach((octets, index) =>
        tracker.destroyedSockets.give(
          app,
          closed({ ...server, cookie: 20 + index }, { counters: reset(0, octets) }),
          0,
        ),
      );
      times.forEach((_, index) => tracker.destroyedSockets.give(web, forgotten(30 + index), 0));
      expect(only('client')).toMatchObject({ opened: 3, sentBytes: 60, labels: { port: '80' } });
      expect(only('server')).toMatchObject({ opened: 3, receivedBytes: 60 });
    });

    it('waits for the other end’s word, which may be told later', () => {
      expect(tracker.destroyedSockets.giveIfClear(web, forgotten(), 0)).toBe('waits');
      expect(tracker.destroyedSockets.giveIfPaired(web, forgotten(), 0)).toBe('waits');
      tracker.destroyedSockets.give(app, closed(server, { counters: reset(0, 9) }), 0);
      expect(tracker.destroyedSockets.giveIfPaired(web, forgotten(), 0)).toBe('given');
      expect(only('client').labels.port).toBe('80');
    });

    it('is not told of a connection whose client remembers it, and whose server reset it', () => {
      app.listening.replace([listener(80, APP, 'app'), listener(81, APP, 'app')], 0);
      const other = closed(socket('10.0.0.2 81', '10.0.0.1 40000', 4), { counters: reset(0, 50) });
      const remembered = { ...counters(60, 0), acknowledgedOctets: 61 };
      tracker.destroyedSockets.give(app, other, 0);
      tracker.destroyedSockets.give(
        web,
        closed(socket('10.0.0.1 40000', '10.0.0.2 81', 5), { counters: remembered }),
        0,
      );
      tracker.destroyedSockets.give(app, closed(server, { counters: reset(0, 9) }), 0);
      tracker.destroyedSockets.give(web, forgotten(), 0);
      expect(edges('client').map(({ labels, sentBytes }) => `${labels.port} ${sentBytes}`)).toEqual([
        '81 60',
        '80 9',
      ]);
    });
  });

  describe('when a server on this host aborts its connections, and forgets them', () => {
    /** As the kernel announces it: the port it listens on, and the client's address. */
    const forgotten = (cookie: number) =>
      closed(socket('0.0.0.0 80', '10.0.0.1 0', cookie), { counters: counters(0, 0) });
    const atClient = (port: number, sentBytes: number, octets: number) =>
      closed(socket(`10.0.0.1 ${port}`, '10.0.0.2 80', port), {
        counters: {
          ...counters(sentBytes, octets - 1),
          receivedOctets: octets,
          acknowledgedOctets: sentBytes + 1,
        },
      });

    it('counts their bytes at both ends, and knows the clients', () => {
      app.isWatched = true;
      web.isWatched = true;
      const ports = [40_000, 40_001, 40_002];
      ports.forEach((port) => {
        expect(tracker.destroyedSockets.giveIfClear(app, forgotten(port + 100), 0)).toBe('waits');
        tracker.attribution.noteEnded(app, socket('10.0.0.2 80', `10.0.0.1 ${port}`, 0));
        tracker.attribution.noteEnded(web, atClient(port, 100, 50));
      });
      ports.forEach((port) =>
        expect(tracker.destroyedSockets.giveIfPaired(web, atClient(port, 100, 50), 0)).toBe('given'),
      );
      ports.forEach((port) =>
        expect(tracker.destroyedSockets.giveIfPaired(app, forgotten(port + 100), 0)).toBe('given'),
      );
      expect(only('client')).toMatchObject({
        ...{ opened: 3, closed: 3, sentBytes: 300, receivedBytes: 150 },
        labels: { port: '80', peer_container_id: APP },
      });
      expect(only('server')).toMatchObject({
        ...{ opened: 3, closed: 3, sentBytes: 150, receivedBytes: 300 },
        labels: { port: '80', local_ip: '10.0.0.2', peer_ip: '10.0.0.1', peer_container_id: WEB },
      });
      expect(tracker.attribution.unattributed.size).toBe(0);
    });

    it('waits for a client that ends later', () => {
      expect(tracker.destroyedSockets.giveIfClear(app, forgotten(1), 0)).toBe('waits');
      expect(tracker.destroyedSockets.giveIfPaired(app, forgotten(1), 0)).toBe('waits');
    });
  });

  describe('with the FIN, which the kernel counts as a received byte', () => {
    const ended = (
      sentBytes: number,
      receivedOctets: number,
      acknowledgedOctets: number,
    ): SocketCounters => ({
      ...counters(sentBytes, Math.max(0, receivedOctets - 1)),
      receivedOctets,
      acknowledgedOctets,
    });

    it.each([
      ['both ends closed in order', ended(10, 6, 12), ended(5, 11, 6), 5, 10],
      ['the client was gone before the server’s FIN came', ended(10, 5, 12), ended(5, 11, 6), 5, 10],
      ['the server reset the connection', ended(10, 0, 11), ended(0, 10, 0), 0, 10],
      ['the server reset it, some bytes unread on the way', ended(10, 0, 11), ended(0, 7, 0), 0, 7],
    ])('counts the bytes at both ends when %s', (_, ofClient, ofServer, byClient, byServer) => {
      tracker.destroyedSockets.give(web, closed(client, { counters: ofClient }), 0);
      tracker.destroyedSockets.give(app, closed(server, { counters: ofServer }), 0);
      expect(only('client').receivedBytes).toBe(byClient);
      expect(only('server').receivedBytes).toBe(byServer);
    });

    it.each([
      ['in order', ended(10, 6, 12), 5],
      ['by a reset', ended(10, 6, 11), 6],
    ])('takes what is likely when the other end is elsewhere and it ended %s', (_, final, received) => {
      tracker.destroyedSockets.give(
        web,
        closed(socket('10.0.0.1 40000', '10.0.0.9 80', 3), { counters: final }),
        0,
      );
      expect(only('client').receivedBytes).toBe(received);
    });
  });

  describe('with a FIN that may come after a pass has read the state, and before it reads the counters', () => {
    const FIN_WAIT1 = 4;
    const CLOSE_WAIT = 8;

    function seen(receivedOctets: number, state = FIN_WAIT1, segments = receivedOctets): SocketRecord {
      const awaitsFin = state !== CLOSE_WAIT;
      const receivedBytes = awaitsFin ? receivedOctets : receivedOctets - 1;
      return {
        ...server,
        state,
        counters: { ...counters(5, receivedBytes), receivedOctets, awaitsFin, segments },
      };
    }

    const ended = (sentBytes: number, octets: number): Partial<SocketRecord> => ({
      counters: { ...counters(sentBytes, octets - 1), receivedOctets: octets, segments: octets },
    });

    it('counts that for no byte, not even for a while, and neither for one of the next connection', () => {
      pass([[app, seen(11)]]);
      expect(only('server').receivedBytes).toBe(10);
      tracker.destroyedSockets.give(app, closed(server, ended(5, 11)), 0);
      tracker.destroyedSockets.give(web, closed(client, ended(10, 6)), 0);
      expect(only('server').receivedBytes).toBe(10);
      const [next, nextClient] = [
        { ...server, cookie: 4, peerPort: 40_001 },
        { ...client, localPort: 40_001 },
      ];
      tracker.destroyedSockets.give(app, closed(next, ended(5, 11)), 0);
      tracker.destroyedSockets.give(web, closed(nextClient, ended(10, 6)), 0);
      expect(only('server').receivedBytes).toBe(20);
    });

    it('counts what the last octet was when the next pass tells, though nothing has moved', () => {
      pass([[app, seen(11)]]);
      pass([[app, seen(11)]]);
      expect(only('server').receivedBytes).toBe(11);
      pass([[app, seen(31)]]);
      pass([[app, seen(31, CLOSE_WAIT)]]);
      pass([[app, seen(31, CLOSE_WAIT)]]);
      expect(only('server').receivedBytes).toBe(30);
    });

    it.each([
      ['is told of nothing but that it was aborted', { peerPort: 0, counters: counters(0, 0) }],
      ['had received no more when it ended', ended(5, 11)],
    ])('takes it for a byte where the other end is elsewhere and the socket %s', (_, end) => {
      const elsewhere = { ...seen(11), peerAddress: '10.0.0.9' };
      pass([[app, elsewhere]]);
      tracker.destroyedSockets.give(app, closed(elsewhere, end), 0);
      expect(only('server')).toMatchObject({ receivedBytes: 11, closed: 1 });
    });
  });

  it('counts a connection as ended that a pass saw dialling, the next has missed, and is told of then', () => {
    pass([[web, { ...client, state: SYN_SENT, counters: counters(0, 0, false) }]]);
    pass([]);
    tracker.destroyedSockets.give(web, closed(client, { counters: counters(10, 20) }), 0);
    expect(only('client')).toMatchObject({ open: 0, opened: 1, closed: 1, failed: 0 });
  });

  it('takes the bytes of none for those of an attempt that failed from the same port', () => {
    const failed = closed({ ...client, cookie: 3 }, { counters: counters(0, 0, false) });
    tracker.destroyedSockets.give(web, failed, 0);
    tracker.destroyedSockets.give(
      app,
      closed(server, { counters: { ...counters(0, 9), receivedOctets: 10 } }),
      0,
    );
    tracker.destroyedSockets.give(web, closed(client, { counters: counters(10, 0) }), 0);
    expect(only('server').receivedBytes).toBe(10);
  });

  it('counts an attempt as failed that is refused while it is being listed', () => {
    pass([[web, { ...client, state: CLOSE, counters: counters(0, 0, false) }]]);
    tracker.destroyedSockets.give(web, closed(client, { counters: counters(0, 0, false) }), 0);
    expect(only('client')).toMatchObject({ open: 0, opened: 0, closed: 0, failed: 1 });
  });

  it('takes a connection to a port that lately listened for an accepted one', () => {
    app.listening.replace([], 0);
    tracker.destroyedSockets.give(app, closed(server), 0);
    expect(only('server').labels.port).toBe('80');
    expect(edges('client')).toEqual([]);
  });

  it('never writes an ephemeral port, whichever end it looks at', () => {
    for (let port = 40_000; port < 40_100; port++) {
      tracker.destroyedSockets.give(web, closed(socket(`10.0.0.1 ${port}`, '10.0.0.2 80', port)), 0);
      tracker.destroyedSockets.give(app, closed(socket('10.0.0.2 80', `10.0.0.1 ${port}`, -port)), 0);
    }
    expect(only('client')).toMatchObject({ opened: 100 });
    expect(only('server')).toMatchObject({ opened: 100 });
  });

  it('lets who holds a socket decide before its cgroup and its listener', () => {
    start({
      ownerOfInode: (inode) =>
        inode === server.inode ? { containerId: WEB, process: 'taker', pid: 7 } : undefined,
      ownerOfCgroup: () => ({ containerId: APP, process: '', pid: 0 }),
    });
    pass([[app, { ...server, cgroupId: 5 }]]);
    expect(only('server').labels).toMatchObject({ container_id: WEB, process: 'taker' });
  });

  it.each([
    ['the listener’s process where its cgroup is of the same container', APP, 'app'],
    ['no process where its cgroup is of another', WEB, ''],
  ])('gives a connection that nobody holds any more %s', (_, containerId, process) => {
    start({ ownerOfCgroup: () => ({ containerId, process: '', pid: 0 }) });
    pass([[app, { ...server, cgroupId: 5, inode: 0 }]]);
    expect(only('server').labels).toMatchObject({ container_id: containerId, process });
  });

  it('lets the listener decide in a namespace that containers share, and counts what nobody can tell', () => {
    app.occupants = new Set([APP, WEB]);
    tracker.destroyedSockets.give(app, closed(server), 0);
    expect(only('server').labels).toMatchObject({ container_id: APP, process: 'app' });
    tracker.destroyedSockets.give(app, closed(socket('10.0.0.2 40000', '10.0.0.9 443', 9)), 0);
    expect(only('client').labels.container_id).toBe(NO_CONTAINER);
    expect(tracker.attribution.unattributed.get('short_lived')).toBe(1);
  });

  it('names no process of a short connection that nobody was seen to hold, though one has dialled the same before', () => {
    start({
      ownerOfInode: (inode) => (inode === 1_050 ? { containerId: WEB, process: 'wget', pid: 7 } : undefined),
    });
    pass([[web, socket('10.0.0.1 40050', '10.0.0.2 80', 50)]]);
    tracker.destroyedSockets.give(web, closed(socket('10.0.0.1 40099', '10.0.0.2 80', 99)), 0);
    const given = edges('client').filter(({ closed: count }) => count === 1);
    expect(given.map(({ labels }) => labels)).toMatchObject([{ container_id: WEB, process: '' }]);
    expect(tracker.attribution.unattributed.size).toBe(0);
  });

  describe('in a namespace that containers share', () => {
    const SIDECAR = '333333333333' as ContainerId;
    const SANDBOX = '444444444444' as ContainerId;
    const brief = (peer: string, cookie: number) =>
      closed(socket(`10.0.0.1 ${40_000 + cookie}`, peer, cookie));
    const givenTo = () => edges('client').map(({ labels, opened }) => `${labels.container_id} ${opened}`);
    const seen = (peer: string) => pass([[web, socket('10.0.0.1 40050', peer, 50, { cgroupId: 9 })]]);

    beforeEach(() => {
      // Of what has just ended, only the cgroup is known.
      start({
        ownerOfCgroup: (id) => (id === 9 ? { containerId: SIDECAR, process: '', pid: 0 } : undefined),
      });
      web.occupants = new Set([WEB, SIDECAR]);
    });

    it.each([
      ['the pod’s sandbox', SANDBOX, SANDBOX],
      ['none', undefined, NO_CONTAINER],
    ])(
      'gives a short connection to %s, whoever was seen with that peer, and counts the doubt',
      (_, sandbox, expected) => {
        web.sandbox = sandbox;
        seen('10.0.0.2 80');
        expect(tracker.destroyedSockets.giveIfClear(web, brief('10.0.0.2 80', 51), 0)).toBe('given');
        expect(givenTo()).toEqual([`${SIDECAR} 1`, `${expected} 1`]);
        expect(tracker.attribution.unattributed.get('short_lived')).toBe(1);
      },
    );

    it('names the pod of a peer where nobody is known to listen, and no pod in the host’s namespace', () => {
      app.occupants = new Set([APP, SIDECAR]);
      app.sandbox = SANDBOX;
      const refused = socket('10.0.0.1 40061', '10.0.0.2 81', 61, { cgroupId: 9, state: SYN_SENT });
      pass([[web, refused]]);
      app.occupants = new Set([NO_CONTAINER, APP]);
      pass([[web, socket('10.0.0.1 40062', '10.0.0.2 82', 62, { cgroupId: 9, state: SYN_SENT })]]);
      expect(edges('client').map(({ labels }) => `${labels.port} ${labels.peer_container_id}`)).toEqual([
        `81 ${SANDBOX}`,
        `82 ${NO_CONTAINER}`,
      ]);
    });

    it('gives the host’s own to no pod on the host’s network', () => {
      web.occupants = new Set([NO_CONTAINER, SIDECAR]);
      web.sandbox = SANDBOX;
      tracker.destroyedSockets.give(web, brief('10.0.0.2 80', 51), 0);
      expect(givenTo()).toEqual([`${NO_CONTAINER} 1`]);
    });

    it('gives it to none where processes outside containers may have dialled', () => {
      web.occupants = new Set([NO_CONTAINER, SIDECAR]);
      seen('10.0.0.2 80');
      tracker.destroyedSockets.give(web, brief('10.0.0.2 80', 51), 0);
      expect(givenTo()).toEqual([`${SIDECAR} 1`, `${NO_CONTAINER} 1`]);
    });
  });

  it('keeps what was dialled and adds who answered where addresses are translated', () => {
    start({
      actualDestination: ({ inode }, { localAddress: address, localPort: port }) =>
        inode === 1 ? { server: { address: '10.0.0.2', port: 80 }, client: { address, port } } : undefined,
    });
    pass([[web, socket('10.0.0.1 40000', '10.96.0.1 8080', 1)]]);
    expect(only('client').labels).toMatchObject({
      peer_ip: '10.96.0.1',
      port: '8080',
      actual_peer_ip: '10.0.0.2',
      actual_port: '80',
      peer_container_id: APP,
      peer_process: 'app',
    });
  });

  it('lets a short connection wait for a pass where another may have joined its container', () => {
    let mayBeJoined = false;
    start({ mayBeJoined: (namespace) => mayBeJoined && namespace === web });
    const brief = closed(client);
    tracker.destroyedSockets.give(web, brief, 0);
    mayBeJoined = true;
    expect(tracker.destroyedSockets.giveIfClear(web, { ...brief, cookie: 7 }, 0)).toBe('waits');
    expect(tracker.destroyedSockets.giveIfClear(app, closed(server), 0)).toBe('waits');
    web.occupants = new Set([WEB, '333333333333' as ContainerId]);
    tracker.destroyedSockets.give(web, { ...brief, cookie: 7 }, 0);
    tracker.destroyedSockets.give(app, closed(server), 0);
    expect(only('server').labels.peer_container_id).toBe(NO_CONTAINER);
    expect(edges('client').map(({ labels, opened }) => [labels.container_id, opened])).toEqual([
      [WEB, 1],
      [NO_CONTAINER, 1],
    ]);
    expect(tracker.attribution.unattributed.get('short_lived')).toBe(1);
  });

  describe('where a server is named by who listens there', () => {
    const joiner = closed(socket('0.0.0.0 80', '0.0.0.0 0', 90), {
      counters: { ...counters(0, 0, false), attempted: false },
    });

    /** A short connection, both ends of which are heard of between passes. */
    function brief(cookie: number, now = 0): void {
      const peerPort = 40_000 + cookie;
      const dialled = closed(socket(`10.0.0.1 ${peerPort}`, '10.0.0.2 80', cookie));
      tracker.destroyedSockets.giveIfClear(web, dialled, now);
      const accepted = closed(socket('10.0.0.2 80', `10.0.0.1 ${peerPort}`, cookie + 100));
      tracker.destroyedSockets.giveIfClear(app, accepted, now);
    }

    function dump(now: number, listeners: readonly Listener[] = [listener(80, APP, 'app')]): void {
      app.listening.replace(listeners, now);
      pass([], now);
    }

    const given = () =>
      [...ledger.values()].map(
        ({ labels: l, closed: ended }) =>
          `${l.role} ${l.container_id} ${l.process}, ${l.peer_container_id} ${l.peer_process}: ${ended}`,
      );
    const named = (count: number) => [
      `client ${WEB} , ${APP} app: ${count}`,
      `server ${APP} app, ${WEB} : ${count}`,
    ];
    const unnamed = (count: number) => [
      `client ${WEB} , ${APP} : ${count}`,
      `server ${APP} , ${WEB} : ${count}`,
    ];

    beforeEach(() => {
      brief(1);
      brief(2);
    });

    it('keeps short connections from the rows until a dump, and what is told late, says that nobody else listened', () => {
      expect(given()).toEqual([]);
      dump(5_000);
      expect(given()).toEqual([]);
      tracker.presumed.giveKnown(5_000 + LATE_MS);
      expect(given()).toEqual(named(2));
    });

    it('gives nothing in the middle of a pass, which may yet find other holders', () => {
      app.listening.replace([listener(80, APP, 'app')], 5_000);
      tracker.presumed.giveKnown(5_000);
      tracker.presumed.giveKnown(5_000 + LATE_MS);
      expect(given()).toEqual([]);
      pass([], 5_000 + LATE_MS);
      tracker.presumed.giveKnown(5_000 + 2 * LATE_MS);
      expect(given()).toEqual(named(2));
    });

    it('gives nothing as long as the holder of a listener that changed hands is being looked for', () => {
      dump(5_000);
      const [changed] = [...app.listening.all()];
      expect(changed).toBeDefined();
      const own = (owner: SocketOwner | undefined) => changed && app.listening.own(changed, owner, 10_000);
      own(undefined);
      tracker.presumed.giveKnown(10_000);
      expect(given()).toEqual([]);
      own({ containerId: APP, process: 'app', pid: 99 });
      tracker.presumed.giveKnown(10_000);
      expect(given()).toEqual(named(2));
    });

    it('names no container where those of several hold the listener, not that which lives there', () => {
      const contested = {
        ...listener(80, NO_CONTAINER, ''),
        owner: { containerId: NO_CONTAINER, process: '', pid: 9 },
      };
      dump(5_000, [contested]);
      tracker.presumed.giveKnown(5_000 + LATE_MS);
      brief(3, 5_000 + LATE_MS);
      expect(given()).toContain(`server  , ${WEB} : 3`);
      dump(10_000, [contested]);
      tracker.presumed.giveKnown(10_000 + LATE_MS);
      expect(given()).toEqual([`client ${WEB} ,  : 1`]);
      expect(tracker.attribution.unattributed.get('short_lived')).toBe(3);
    });

    it('names no process when another came and went', () => {
      tracker.destroyedSockets.giveIfClear(app, joiner, 10);
      dump(5_000);
      tracker.presumed.giveKnown(5_000 + LATE_MS);
      expect(given()).toEqual(unnamed(2));
    });

    it('names no process when another that came and went is told of after the dump', () => {
      dump(5_000);
      tracker.destroyedSockets.giveIfClear(app, joiner, 5_000 + LATE_MS - 1);
      dump(10_000);
      expect(given()).toEqual(unnamed(2));
    });

    it('names no process when the dump finds another beside it', () => {
      dump(5_000, [listener(80, APP, 'app'), { ...listener(80, APP, 'side'), cookie: 7 }]);
      tracker.presumed.giveKnown(5_000 + LATE_MS);
      expect(given()).toEqual(unnamed(2));
    });

    it('waits for another dump when the listener is told to be gone just after one', () => {
      dump(5_000);
      const gone = closed(socket('0.0.0.0 80', '0.0.0.0 0', -80), { counters: joiner.counters });
      tracker.destroyedSockets.giveIfClear(app, gone, 5_100);
      tracker.presumed.giveKnown(5_000 + LATE_MS);
      expect(given()).toEqual([]);
      dump(10_000, [{ ...listener(80, APP, 'app'), cookie: 7 }]);
      expect(given()).toEqual(named(2));
    });

    it('keeps no more apart than there is room for, and counts what it folds', () => {
      start({}, { edgesPerContainer: 2 });
      for (let host = 1; host <= 5; host++) {
        const peer = `192.168.0.${host} 40000`;
        tracker.destroyedSockets.give(app, closed(socket('10.0.0.2 80', peer, host)), 0);
      }
      dump(500);
      tracker.presumed.giveKnown(500 + LATE_MS);
      expect([...ledger.values()].map(({ labels: l, closed: ended }) => `${l.peer_ip} ${ended}`)).toEqual([
        'other 3',
        '192.168.0.1 1',
        '192.168.0.2 1',
      ]);
      expect(ledger.folded).toBe(3);
    });

    it('doubts nothing that ended after the dump', () => {
      tracker.destroyedSockets.giveIfClear(app, joiner, 10);
      dump(5_000);
      tracker.presumed.giveKnown(5_000 + LATE_MS);
      tracker.destroyedSockets.giveIfClear(web, closed(socket('10.0.0.1 40009', '10.0.0.2 80', 9)), 7_000);
      dump(10_000);
      tracker.presumed.giveKnown(10_000 + LATE_MS);
      expect(given()).toContain(`client ${WEB} , ${APP} app: 1`);
    });

    it('names no process where another came after a dump that found nobody', () => {
      const gone = closed(socket('0.0.0.0 80', '0.0.0.0 0', -80), { counters: joiner.counters });
      tracker.destroyedSockets.giveIfClear(app, gone, 4_900);
      dump(5_000, []);
      tracker.presumed.giveKnown(5_000 + LATE_MS);
      expect(given()).toEqual(named(2));
      brief(3, 5_500);
      brief(4, 5_500);
      dump(10_000, [{ ...listener(80, APP, 'next'), cookie: 7 }]);
      tracker.presumed.giveKnown(10_000 + LATE_MS);
      expect(given()).toEqual(unnamed(2));
    });

    it('names who has followed another for what ended well after the dump that found it', () => {
      const next = {
        ...listener(80, APP, 'app'),
        owner: { containerId: APP, process: 'next', pid: 7 },
        cookie: 7,
      };
      dump(5_000, [next]);
      brief(3, 5_500);
      brief(4, 5_001 + LATE_MS);
      dump(10_000, [next]);
      tracker.presumed.giveKnown(10_000 + LATE_MS);
      expect(given().filter((row) => row.startsWith('server'))).toEqual([
        `server ${APP} , ${WEB} : 3`,
        `server ${APP} next, ${WEB} : 1`,
      ]);
    });

    it('names it again soon outside containers, too, where a doubtful one is as if there was none', () => {
      const host = namespace(3, NO_CONTAINER, '10.0.0.3');
      tracker.rebuildAddresses();
      const outside = (process: string) => ({
        ...listener(80, NO_CONTAINER, process),
        cookie: process.length,
      });
      const accept = (cookie: number, now: number) =>
        tracker.destroyedSockets.give(
          host,
          closed(socket('10.0.0.3 80', `192.168.0.9 ${40_000 + cookie}`, cookie)),
          now,
        );
      host.listening.replace([outside('old')], 0);
      host.listening.replace([outside('next')], 5_000);
      host.listening.reviewed();
      accept(1, 5_500);
      accept(2, 5_001 + LATE_MS);
      host.listening.replace([outside('next')], 10_000);
      host.listening.reviewed();
      tracker.presumed.giveKnown(10_000);
      tracker.presumed.giveKnown(10_000 + LATE_MS);
      expect(edges('server').map(({ labels: l }) => l.process)).toContain('next');
    });

    it('names it also when its namespace is gone, and nobody can look any more', () => {
      tracker.removeNamespace(app, 5_000);
      tracker.presumed.giveKnown(5_000);
      tracker.presumed.giveKnown(5_000 + LATE_MS);
      expect(given()).toEqual(named(2));
    });
  });

  describe('where containers may have been joined of which nothing was told yet', () => {
    const OTHER = '333333333333' as ContainerId;
    const joined = new Set([WEB, OTHER]);
    const next = (cookie: number) => closed({ ...client, localPort: 40_000 + cookie, cookie });

    function given(): string[] {
      return allEdges().map(
        ({ labels: l, closed: ended }) => `${l.role} ${l.container_id} ${l.peer_container_id} ${ended}`,
      );
    }

    /** A short connection from `web`, both ends of which are heard of between passes. */
    function brief(cookie: number): void {
      const { localPort } = next(cookie);
      tracker.destroyedSockets.giveIfClear(web, next(cookie), 0);
      const accepted = closed(server, { peerPort: localPort, cookie: cookie + 100 });
      tracker.destroyedSockets.giveIfClear(app, accepted, 0);
    }

    beforeEach(() => {
      start({ mayBeJoinedUnseen: () => true });
      brief(1);
      brief(2);
    });

    it('keeps short connections from the rows until it is known that the container was alone', () => {
      expect(given()).toEqual([]);
      tracker.presumed.ask();
      tracker.presumed.settle(0);
      expect(given()).toEqual([`client ${WEB} ${APP} 2`, `server ${APP} ${WEB} 2`]);
      expect(tracker.attribution.unattributed.size).toBe(0);
    });

    it('gives them to none when another had joined it, at both ends', () => {
      tracker.presumed.ask();
      web.occupants = joined;
      tracker.presumed.settle(0);
      expect(given()).toEqual([`client ${NO_CONTAINER} ${APP} 2`, `server ${APP} ${NO_CONTAINER} 2`]);
      expect(tracker.attribution.unattributed.get('short_lived')).toBe(2);
    });

    it('takes the answer to a question for good only for what had ended before it', () => {
      tracker.presumed.ask();
      brief(3);
      tracker.presumed.settle(0);
      tracker.presumed.ask();
      web.occupants = joined;
      tracker.presumed.settle(0);
      expect(given()).toEqual([
        `client ${WEB} ${APP} 2`,
        `server ${APP} ${WEB} 2`,
        `client ${NO_CONTAINER} ${APP} 1`,
        `server ${APP} ${NO_CONTAINER} 1`,
      ]);
    });

    it('gives to none what an engine does not answer about', () => {
      tracker.presumed.ask();
      pass([], 19_999);
      expect(given()).toEqual([]);
      pass([], 20_000);
      expect(given()).toEqual([`client ${NO_CONTAINER} ${APP} 2`, `server ${APP} ${NO_CONTAINER} 2`]);
    });

    it('adds what is known of the bytes only later, when the other end was heard of', () => {
      const sent = counters(0, 10);
      tracker.destroyedSockets.giveIfClear(web, { ...next(4), counters: { ...sent, receivedBytes: 9 } }, 0);
      tracker.presumed.ask();
      tracker.presumed.settle(0);
      const accepted = closed(server, { peerPort: 40_004, cookie: 104, counters: counters(10, 0) });
      tracker.destroyedSockets.giveIfClear(app, accepted, 0);
      pass([]);
      expect(only('client')).toMatchObject({ closed: 3, receivedBytes: 10 });
    });

    it('lets what a pass saw wait where that is not known in time, and gives it when it is', () => {
      const both = [
        [web, client],
        [app, server],
      ] as const;
      pass(both);
      expect(ledger.size).toBe(0);
      web.occupants = joined;
      tracker.presumed.isCertain = true;
      pass(both);
      expect(given()).toEqual([`client ${NO_CONTAINER} ${APP} 0`, `server ${APP} ${NO_CONTAINER} 0`]);
    });

    it('keeps nothing back of which it is known who holds it', () => {
      start({
        mayBeJoinedUnseen: () => true,
        ownerOfCgroup: () => ({ containerId: OTHER, process: '', pid: 0 }),
      });
      tracker.destroyedSockets.giveIfClear(web, { ...next(1), cgroupId: 9 }, 0);
      expect(given()).toEqual([`client ${OTHER} ${APP} 1`]);
    });
  });

  it.each([
    ['another’s, when one has joined', [WEB, '333333333333' as ContainerId], NO_CONTAINER],
    ['the container’s own, when none has', [WEB], WEB],
  ])(
    'lets what a pass saw, of which nobody knows whose it is, wait where it may be %s',
    (_, found, owner) => {
      start({ mayBeJoined: (namespace) => namespace === web && web.soleOccupant !== undefined });
      const both = [
        [web, client],
        [app, server],
      ] as const;
      pass(both);
      expect(ledger.size).toBe(0);
      web.occupants = new Set(found);
      [1, 2].forEach(() => pass(both));
      expect(only('client').labels.container_id).toBe(owner);
      expect(only('server').labels.peer_container_id).toBe(owner);
    },
  );

  it('asks once where a short connection was led', () => {
    let asked = 0;
    start({
      actualDestination: (_, { localAddress: address, localPort: port }) => {
        asked++;
        return { server: { address: '10.0.0.2', port: 80 }, client: { address, port } };
      },
    });
    const brief = closed(socket('10.0.0.1 40000', '10.96.0.1 8080', 1));
    expect(tracker.destroyedSockets.giveIfClear(web, brief, 0)).toBe('given');
    expect(only('client').labels).toMatchObject({ actual_peer_ip: '10.0.0.2', peer_process: 'app' });
    expect(asked).toBe(1);
  });

  it('looks through a userland proxy', () => {
    start({
      proxyTarget: ({ process }) => (process === 'proxy' ? { address: '10.0.0.2', port: 80 } : undefined),
    });
    web.listening.replace([listener(8080, NO_CONTAINER, 'proxy', '127.0.0.1')], 0);
    pass([[web, socket('127.0.0.1 40000', '127.0.0.1 8080', 1)]]);
    expect(only('client').labels).toMatchObject({
      peer_ip: '127.0.0.1',
      port: '8080',
      actual_peer_ip: '10.0.0.2',
      actual_port: '80',
      peer_container_id: APP,
    });
  });

  it('finds loopback peers in the socket’s own namespace only', () => {
    web.listening.replace([listener(6379, WEB, 'redis', '127.0.0.1')], 0);
    app.listening.replace([listener(6379, APP, 'redis', '127.0.0.1')], 0);
    pass([[web, socket('127.0.0.1 40000', '127.0.0.1 6379', 1)]]);
    expect(only('client').labels).toMatchObject({ container_id: WEB, peer_container_id: WEB });
  });

  it('names no peer where networks overlap and two could be meant', () => {
    const twin = namespace(3, '333333333333' as ContainerId, '10.0.0.2');
    twin.listening.replace([listener(80, '333333333333' as ContainerId, 'twin')], 0);
    tracker.rebuildAddresses();
    [1, 2, 3].forEach(() => pass([[web, client]]));
    expect(only('client').labels).toMatchObject({ peer_container_id: '', peer_process: '' });
    expect(tracker.attribution.unattributed.get('peer_ambiguous')).toBe(1);
  });

  it('names no place but the one that has accepted the connection where networks overlap', () => {
    const other = '333333333333' as ContainerId;
    const twin = namespace(3, other, '10.0.0.2');
    twin.listening.replace([listener(80, other, 'twin')], 0);
    tracker.rebuildAddresses();
    tracker.observe(web, client, 0);
    tracker.observe(twin, server, 0);
    tracker.endPass(0);
    expect(only('client').labels).toMatchObject({ peer_container_id: other, peer_process: 'twin' });
    expect(tracker.attribution.unattributed.size).toBe(0);
  });

  describe('for a short connection', () => {
    const brief = (cookie: number, dialled = '10.0.0.2 80') =>
      closed(socket(`10.0.0.1 ${40_000 + cookie}`, dialled, cookie));
    const accepted = (cookie: number) =>
      closed(socket('10.0.0.2 80', `10.0.0.1 ${40_000 + cookie}`, cookie + 500));
    const end = (cookie: number, dialled?: string) => {
      tracker.destroyedSockets.give(web, brief(cookie, dialled), 0);
      tracker.destroyedSockets.give(app, accepted(cookie), 0);
    };
    const clients = () =>
      edges('client').map(({ labels, opened }) => [labels.container_id, labels.process, opened]);
    const clientsOfServer = () =>
      edges('server').map(({ labels, opened }) => [labels.peer_container_id, labels.peer_process, opened]);
    const SIDECAR = '333333333333' as ContainerId;
    const wget = (inode: number) =>
      inode >= 1_050 && inode < 1_060 ? { containerId: WEB, process: 'wget', pid: 7 } : undefined;

    it.each([
      ['the container that is alone in its namespace', [WEB], WEB],
      ['none of those that share one, though one is known to dial that server', [WEB, SIDECAR], NO_CONTAINER],
    ])('tells the server’s row, too, %s', (_, occupants, expected) => {
      start({ ownerOfInode: wget });
      web.occupants = new Set(occupants);
      pass([[web, socket('10.0.0.1 40050', '10.0.0.2 80', 50)]]);
      [1, 2, 3].forEach((cookie) => end(cookie));
      expect(clients()).toEqual([
        [WEB, 'wget', 1],
        [expected, '', 3],
      ]);
      expect(clientsOfServer()).toEqual([[expected, '', 3]]);
    });

    it('tells the server’s row the pod whose short connection nobody else is known to have made', () => {
      web.occupants = new Set([WEB, SIDECAR]);
      web.sandbox = '444444444444' as ContainerId;
      end(1);
      expect(clientsOfServer()).toEqual([['444444444444', '', 1]]);
    });
  });

  it('names on a client’s row who holds the server’s socket, which who listens may have passed on', () => {
    start({
      ownerOfInode: (inode) =>
        inode === server.inode ? { containerId: APP, process: 'worker', pid: 9 } : undefined,
    });
    pass([
      [web, client],
      [app, server],
    ]);
    expect(only('client').labels).toMatchObject({ peer_container_id: APP, peer_process: 'worker' });
    expect(only('server').labels).toMatchObject({ container_id: APP, process: 'worker' });
    const brief = closed(socket('10.0.0.1 40050', '10.0.0.2 80', 50));
    tracker.destroyedSockets.give(web, brief, 0);
    expect(edges('client').map(({ labels }) => labels.peer_process)).toEqual(['worker', 'app']);
  });

  it('names the client’s process on a server’s row, when its socket is open here', () => {
    start({
      ownerOfInode: (inode) =>
        inode === client.inode ? { containerId: WEB, process: 'wget', pid: 7 } : undefined,
    });
    pass([
      [web, client],
      [app, server],
    ]);
    expect(only('server').labels).toMatchObject({ peer_container_id: WEB, peer_process: 'wget' });
  });

  it.each([
    ['one process, of two that have the port,', { state: SYN_SENT, counters: counters(0, 0, false) }],
    ['a process that may have been led here', {}],
  ])('does not name %s for the client of a connection that another made from its port', (_, changes) => {
    start({
      ownerOfInode: (inode) => (inode === 1_021 ? { containerId: WEB, process: 'wget', pid: 7 } : undefined),
    });
    pass([
      [web, socket('10.0.0.1 40000', '10.0.0.9 81', 21, changes)],
      [app, server],
    ]);
    expect(only('server').labels).toMatchObject({ peer_container_id: WEB, peer_process: '' });
    start({ ownerOfInode: () => ({ containerId: WEB, process: 'wget', pid: 7 }) });
    web.occupants = new Set([WEB, '333333333333' as ContainerId]);
    pass([
      [web, socket('10.0.0.1 40000', '10.0.0.9 81', 21, changes)],
      [app, server],
    ]);
    expect(only('server').labels).toMatchObject({ peer_container_id: NO_CONTAINER, peer_process: '' });
  });

  it('tells clients in overlapping networks apart by their sockets', () => {
    const other = '333333333333' as ContainerId;
    const twin = namespace(3, other, '10.0.0.1');
    tracker.rebuildAddresses();
    tracker.observe(twin, client, 0);
    tracker.observe(app, server, 0);
    tracker.endPass(0);
    expect(only('server').labels).toMatchObject({ peer_container_id: other });
  });

  describe('when it hears of a server’s connection before it knows where the client is', () => {
    const brief = closed(socket('10.0.0.2 80', '10.0.0.7 40000', 11));

    it('waits for the pass that finds the client’s namespace', () => {
      expect(tracker.destroyedSockets.giveIfClear(app, brief, 0)).toBe('kept');
      const other = '333333333333' as ContainerId;
      namespace(3, other, '10.0.0.7');
      tracker.rebuildAddresses();
      tracker.destroyedSockets.give(app, brief, 0);
      expect(only('server').labels).toMatchObject({ peer_ip: '10.0.0.7', peer_container_id: other });
    });

    it('waits once for a client that turns out to be on another host', () => {
      expect(tracker.destroyedSockets.giveIfClear(app, brief, 0)).toBe('kept');
      tracker.destroyedSockets.give(app, brief, 0);
      expect(tracker.destroyedSockets.giveIfClear(app, { ...brief, cookie: 12 }, 0)).toBe('given');
      expect(only('server')).toMatchObject({ opened: 2, labels: { peer_container_id: NO_CONTAINER } });
    });

    it.each(['before', 'after'])(
      'joins it at once with one from an address that no pass has seen, heard of %s it, each byte once',
      (when) => {
        app.isWatched = true;
        web.isWatched = true;
        const ofServer = { ...brief, counters: { ...counters(20, 10), receivedOctets: 11 } };
        const ofClient = closed(socket('10.0.0.7 40000', '10.0.0.2 80', 12), {
          counters: { ...counters(10, 20), receivedOctets: 21 },
        });
        const heard = [[app, ofServer] as const, [web, ofClient] as const];
        const outcomes = (when === 'before' ? heard.toReversed() : heard).map(([where, record]) =>
          tracker.destroyedSockets.giveIfClear(where, record, 0),
        );
        expect(outcomes).toEqual(['kept', 'given']);
        expect(only('client')).toMatchObject({ receivedBytes: 20, labels: { peer_container_id: APP } });
        expect(only('server')).toMatchObject({ receivedBytes: 10, labels: { peer_container_id: WEB } });
        expect(tracker.destroyedSockets.takeUnpaired()).toEqual([]);
      },
    );

    it('takes the runtime’s word for whose the other end was, where no pass has found its namespace', () => {
      const gone = '333333333333' as ContainerId;
      const place = stranger(gone, '10.0.0.7');
      start({ isInhabited: ({ inode }) => inode > 0, strangerAt: () => place });
      const { destroyedSockets, attribution } = tracker;
      expect(destroyedSockets.giveIfPaired(app, brief, 0)).toBe('waits');
      attribution.noteEnded(place, closed(socket('10.0.0.7 40000', '10.0.0.2 80', 12)));
      expect(destroyedSockets.giveIfPaired(app, brief, 0)).toBe('given');
      expect(only('server').labels.peer_container_id).toBe(gone);
      // The next to have the address may be another.
      expect(destroyedSockets.giveIfClear(app, { ...brief, cookie: 13, peerPort: 40_001 }, 0)).toBe('urgent');
    });

    it('names nobody who has not been heard of', () => {
      start({ isInhabited: ({ inode }) => inode > 0, strangerAt: () => stranger(WEB, '10.0.0.7') });
      tracker.destroyedSockets.give(app, brief, 0);
      expect(only('server').labels.peer_container_id).toBe('');
      expect(tracker.attribution.unattributed.get('peer_ambiguous')).toBe(1);
    });

    it('does not take the next container that has the address for the one that has just ended', () => {
      const next = '333333333333' as ContainerId;
      const place = stranger(next, '10.0.0.1');
      start({ isInhabited: (where) => where !== web, strangerAt: () => place });
      expect(tracker.destroyedSockets.giveIfClear(app, closed(server), 0)).not.toBe('given');
      tracker.attribution.noteEnded(place, client);
      tracker.destroyedSockets.give(app, closed(server), 0);
      expect(only('server').labels.peer_container_id).toBe(next);
    });

    it('gives its last connection to a container that has just ended, as its own end says', () => {
      const place = stranger('333333333333' as ContainerId, '10.0.0.1');
      start({ isInhabited: (where) => where !== web, strangerAt: () => place });
      tracker.destroyedSockets.giveIfClear(app, closed(server), 0);
      tracker.destroyedSockets.giveIfClear(web, closed(client), 0);
      tracker.destroyedSockets.give(app, closed(server), 0);
      expect(only('server').labels.peer_container_id).toBe(WEB);
    });

    it('gives what has waited to the container that had the address then, not to the one that has it now', () => {
      const next = '333333333333' as ContainerId;
      let living = web;
      start({ isInhabited: (where) => where === living });
      living = app;
      const { destroyedSockets } = tracker;
      expect(destroyedSockets.giveIfClear(app, closed(server), 0)).toBe('urgent');
      expect(destroyedSockets.giveIfClear(web, closed(client), 0)).toBe('given');
      tracker.namespaces.delete(web.inode);
      living = namespace(3, next, '10.0.0.1');
      tracker.rebuildAddresses();
      destroyedSockets.give(app, closed(socket('10.0.0.2 80', '10.0.0.1 40007', 21)), 0);
      destroyedSockets.give(app, closed(server), 0);
      expect(edges('server').map(({ labels, opened }) => `${labels.peer_container_id} ${opened}`)).toEqual([
        `${next} 1`,
        `${WEB} 1`,
      ]);
    });

    it('does not wait for public clients', () => {
      const fromAfar = closed(socket('10.0.0.2 80', '8.8.8.8 40000', 11));
      expect(tracker.destroyedSockets.giveIfClear(app, fromAfar, 0)).toBe('given');
    });
  });

  describe('when a client aborts its connection as its container ends', () => {
    const forgotten = closed(socket('0.0.0.0 40000', '10.0.0.2 0', 1), { counters: counters(0, 0) });
    const atServer = closed(server, {
      counters: { ...counters(0, 9), receivedOctets: 10, acknowledgedOctets: 0 },
    });

    /** As its server's end tells it. */
    const recalled = { ...forgotten, localAddress: '10.0.0.1', peerPort: 80 };

    it.each([
      ['still has its address', ['10.0.0.1']],
      ['has it no more', []],
    ])('names each on the other’s row where it %s', (_, addresses) => {
      start({ isInhabited: (where) => where !== web });
      app.isWatched = true;
      const { destroyedSockets, attribution } = tracker;
      expect(destroyedSockets.giveIfClear(web, forgotten, 0)).toBe('waits');
      web.addresses = new Set(addresses);
      tracker.rebuildAddresses();
      attribution.noteEnded(web, recalled);
      attribution.noteEnded(app, atServer);
      expect(destroyedSockets.giveIfPaired(app, atServer, 0)).toBe('given');
      expect(destroyedSockets.giveIfPaired(web, forgotten, 0)).toBe('given');
      expect(only('server').labels.peer_container_id).toBe(WEB);
      expect(only('client')).toMatchObject({ sentBytes: 10, labels: { port: '80', peer_container_id: APP } });
      expect(tracker.attribution.unattributed.size).toBe(0);
    });

    it('tells nobody else that has the same port', () => {
      start({ isInhabited: (where) => where !== web });
      const other = namespace(3, '333333333333' as ContainerId, '10.0.0.3');
      tracker.rebuildAddresses();
      expect(tracker.destroyedSockets.giveIfPaired(app, atServer, 0)).toBe('waits');
      tracker.attribution.noteEnded(web, recalled);
      tracker.destroyedSockets.give(app, atServer, 0);
      expect(tracker.destroyedSockets.giveIfPaired(other, forgotten, 0)).toBe('waits');
      expect(tracker.destroyedSockets.giveIfPaired(web, forgotten, 0)).toBe('given');
      expect(only('client').labels).toMatchObject({ container_id: WEB, port: '80' });
    });

    it('tells the one whose end was heard of, of two that had the address one after the other', () => {
      const next = namespace(3, '333333333333' as ContainerId, '10.0.0.1');
      tracker.attribution.noteEnded(web, recalled);
      tracker.destroyedSockets.give(app, atServer, 0);
      expect(tracker.destroyedSockets.giveIfPaired(next, forgotten, 0)).toBe('waits');
      expect(tracker.destroyedSockets.giveIfPaired(web, forgotten, 0)).toBe('given');
    });
  });

  describe('where networks overlap', () => {
    const WEB_TWIN = '333333333333' as ContainerId;
    const APP_TWIN = '444444444444' as ContainerId;
    let webTwin: TrackedNamespace;
    let appTwin: TrackedNamespace;
    const ofClient = closed(client);
    const ofServer = closed(server);

    beforeEach(() => {
      webTwin = namespace(3, WEB_TWIN, '10.0.0.1');
      appTwin = namespace(4, APP_TWIN, '10.0.0.2');
      appTwin.listening.replace([listener(80, APP_TWIN, 'twin')], 0);
      tracker.rebuildAddresses();
    });

    it('joins a short connection’s ends when both have ended', () => {
      const { destroyedSockets } = tracker;
      expect(destroyedSockets.giveIfClear(webTwin, ofClient, 0)).toBe('waits');
      expect(destroyedSockets.giveIfClear(appTwin, ofServer, 0)).toBe('waits');
      tracker.endPass(0);
      destroyedSockets.give(webTwin, ofClient, 0);
      destroyedSockets.give(appTwin, ofServer, 0);
      expect(only('client').labels).toMatchObject({ container_id: WEB_TWIN, peer_container_id: APP_TWIN });
      expect(only('server').labels).toMatchObject({ container_id: APP_TWIN, peer_container_id: WEB_TWIN });
      expect(tracker.attribution.unattributed.size).toBe(0);
    });

    it('guesses nothing when both pairs had a connection between the same ports', () => {
      const { destroyedSockets } = tracker;
      const all = [web, webTwin].map((where) => [where, ofClient] as const);
      all.push([app, ofServer], [appTwin, ofServer]);
      all.forEach(([where, event]) => expect(destroyedSockets.giveIfClear(where, event, 0)).toBe('waits'));
      tracker.endPass(0);
      all.forEach(([where, event]) => destroyedSockets.give(where, event, 0));
      expect(allEdges().map(({ labels }) => labels.peer_container_id)).toEqual(['', '', '', '']);
      expect(tracker.attribution.unattributed.get('peer_ambiguous')).toBe(4);
    });

    it('guesses nothing when the other end was not heard of', () => {
      tracker.destroyedSockets.give(webTwin, ofClient, 0);
      expect(only('client').labels.peer_container_id).toBe('');
      expect(tracker.attribution.unattributed.get('peer_ambiguous')).toBe(1);
    });
  });

  describe('where every socket is seen or announced, and another may have the address that no pass has found', () => {
    const ofClient = closed(client);
    const ofServer = closed(server);
    const attempt = { ...ofClient, counters: counters(0, 0, false) };
    const peers = (): string[] =>
      allEdges().map(({ labels: l, opened }) => `${l.role} → ${l.peer_container_id}: ${opened}`);
    const ambiguous = () => tracker.attribution.unattributed.get('peer_ambiguous');

    beforeEach(() => {
      web.isWatched = true;
      app.isWatched = true;
    });

    it.each([
      ['client’s', [[() => web, ofClient] as const, [() => app, ofServer] as const]],
      ['server’s', [[() => app, ofServer] as const, [() => web, ofClient] as const]],
    ] as const)('joins both ends as soon as they are heard of, the %s first', (_, heard) => {
      const outcomes = heard.map(([where, record]) =>
        tracker.destroyedSockets.giveIfClear(where(), record, 0),
      );
      expect(outcomes).toEqual(['kept', 'given']);
      expect(peers().sort()).toEqual([`client → ${APP}: 1`, `server → ${WEB}: 1`]);
      expect(tracker.destroyedSockets.takeUnpaired()).toEqual([]);
    });

    it('joins hundreds of a kind, in whatever order they are heard of, each byte once', () => {
      const events = Array.from({ length: 200 }, (_, index) => {
        const port = 33_000 + index;
        const atClient = closed(socket(`10.0.0.1 ${port}`, '10.0.0.2 80', index * 2 + 10), {
          counters: { ...counters(10, 20), receivedOctets: 21 },
        });
        const atServer = closed(socket('10.0.0.2 80', `10.0.0.1 ${port}`, index * 2 + 11), {
          counters: { ...counters(20, 10), receivedOctets: 11 },
        });
        return [
          [web, atClient],
          [app, atServer],
        ] as const;
      }).flat();
      fc.assert(
        fc.property(fc.shuffledSubarray(events, { minLength: 400 }), (shuffled) => {
          start();
          web.isWatched = true;
          app.isWatched = true;
          for (const [where, record] of shuffled) {
            const place = tracker.namespaces.get(where.inode);
            expect(place && tracker.destroyedSockets.giveIfClear(place, record, 0)).toMatch(/given|kept/);
          }
          expect(only('client')).toMatchObject({ opened: 200, closed: 200, sentBytes: 2_000 });
          expect(only('server')).toMatchObject({ opened: 200, closed: 200, sentBytes: 4_000 });
          expect(only('client').receivedBytes).toBe(4_000);
          expect(only('server').receivedBytes).toBe(2_000);
        }),
        { numRuns: 5 },
      );
    });

    it('names nobody at the known address when nothing of the connection was there', () => {
      expect(tracker.destroyedSockets.giveIfClear(web, ofClient, 0)).toBe('kept');
      const [unpaired] = tracker.destroyedSockets.takeUnpaired();
      expect(unpaired).toEqual({ namespace: web, record: ofClient, heardAt: 0 });
      pass([]);
      expect(tracker.destroyedSockets.giveIfPaired(web, ofClient, 0)).toBe('waits');
      tracker.destroyedSockets.give(web, ofClient, 0);
      expect(peers()).toEqual(['client → : 1']);
      expect(ambiguous()).toBe(1);
    });

    it('names the one that the next pass finds with that address', () => {
      const twin = '333333333333' as ContainerId;
      expect(tracker.destroyedSockets.giveIfClear(web, ofClient, 0)).toBe('kept');
      const found = namespace(3, twin, '10.0.0.2');
      found.isWatched = true;
      tracker.rebuildAddresses();
      tracker.destroyedSockets.takeUnpaired();
      tracker.attribution.noteEnded(found, ofServer);
      expect(tracker.destroyedSockets.giveIfPaired(web, ofClient, 0)).toBe('given');
      expect(peers()).toEqual([`client → ${twin}: 1`]);
    });

    it('names the server that still has its end open', () => {
      expect(tracker.destroyedSockets.giveIfClear(web, ofClient, 0)).toBe('kept');
      tracker.destroyedSockets.takeUnpaired();
      pass([[app, server]]);
      expect(tracker.destroyedSockets.giveIfPaired(web, ofClient, 0)).toBe('given');
      expect(peers()).toContain(`client → ${APP}: 1`);
    });

    it('gives a refused attempt, which leaves nothing at its peer, after the pass that may find another', () => {
      app.listening.replace([], 0);
      expect(tracker.destroyedSockets.giveIfClear(web, attempt, 0)).toBe('waits');
      expect(tracker.destroyedSockets.giveIfPaired(web, attempt, 0)).toBe('given');
      expect(only('client')).toMatchObject({ failed: 1, labels: { peer_container_id: APP } });
    });

    it('looks for the other end of an open connection in one more pass, as the first may have read it too early', () => {
      pass([[web, client]]);
      expect(peers()).toEqual([]);
      pass([
        [web, client],
        [app, server],
      ]);
      expect(peers().sort()).toEqual([`client → ${APP}: 1`, `server → ${WEB}: 1`]);
      expect(ambiguous()).toBeUndefined();
    });

    it('names nobody for an open connection that is not open at the known address', () => {
      [1, 2, 3].forEach(() => pass([[web, client]]));
      expect(peers()).toEqual(['client → : 1']);
      expect(ambiguous()).toBe(1);
    });

    it('lets what a pass has seen, but not yet given, wait for its end, and counts it once', () => {
      const { destroyedSockets, attribution } = tracker;
      pass([[web, client]]);
      expect(destroyedSockets.giveIfClear(web, ofClient, 0)).toBe('waits');
      // The client's socket was seen.
      expect(destroyedSockets.giveIfClear(app, ofServer, 0)).toBe('given');
      pass([]);
      attribution.noteEnded(web, ofClient);
      expect(destroyedSockets.giveIfPaired(web, ofClient, 0)).toBe('given');
      expect(peers().sort()).toEqual([`client → ${APP}: 1`, `server → ${WEB}: 1`]);
      expect(only('client')).toMatchObject({ open: 0, opened: 1, closed: 1 });
    });

    it('names the peer of what ends in the middle of the pass that finds both namespaces', () => {
      const { destroyedSockets } = tracker;
      const [newWeb, newApp] = ['10.0.0.3', '10.0.0.4'].map((address, index) => {
        const made = namespace(3 + index, index === 0 ? WEB : APP, address);
        made.isWatched = true;
        return made;
      });
      const [one, other] = [
        socket('10.0.0.3 40000', '10.0.0.4 80', 8),
        socket('10.0.0.4 80', '10.0.0.3 40000', 9),
      ];
      if (newWeb === undefined || newApp === undefined) {
        throw new Error('two were made');
      }
      newApp.listening.replace([listener(80, APP, 'app')], 0);
      tracker.observe(newWeb, one, 0);
      tracker.observe(newApp, other, 0);
      expect(destroyedSockets.giveIfClear(newWeb, closed(one), 0)).toBe('waits');
      expect(destroyedSockets.giveIfClear(newApp, closed(other), 0)).toBe('waits');
      tracker.rebuildAddresses();
      tracker.endPass(0);
      tracker.attribution.noteEnded(newWeb, closed(one));
      tracker.attribution.noteEnded(newApp, closed(other));
      expect(destroyedSockets.giveIfPaired(newWeb, closed(one), 0)).toBe('given');
      expect(destroyedSockets.giveIfPaired(newApp, closed(other), 0)).toBe('given');
      expect(peers().sort()).toEqual([`client → ${APP}: 1`, `server → ${WEB}: 1`]);
    });

    it('counts once what had not met its other end when its namespace went', () => {
      pass([[web, client]]);
      expect(tracker.destroyedSockets.giveIfClear(web, ofClient, 0)).toBe('waits');
      tracker.removeNamespace(web, 0);
      tracker.destroyedSockets.give(web, ofClient, 0);
      expect(only('client')).toMatchObject({ open: 0, opened: 1, closed: 1 });
    });

    it('joins both ends where the client’s address and the server’s are translated', () => {
      const gateway = { address: '10.0.0.254', port: 50_000 };
      start({
        actualDestination: ({ inode }) =>
          inode === 1 ? { server: { address: '10.0.0.2', port: 80 }, client: gateway } : undefined,
        actualSource: () => ({ address: '10.0.0.1', port: 40_000 }),
      });
      web.isWatched = true;
      app.isWatched = true;
      namespace(3, NO_CONTAINER, gateway.address).isWatched = true;
      tracker.rebuildAddresses();
      const { destroyedSockets } = tracker;
      const dialled = closed(socket('10.0.0.1 40000', '10.0.0.254 8080', 1));
      const accepted = closed(socket('10.0.0.2 80', '10.0.0.254 50000', 2));
      expect(destroyedSockets.giveIfClear(web, dialled, 0)).toBe('kept');
      expect(destroyedSockets.giveIfClear(app, accepted, 0)).toBe('given');
      expect(peers().sort()).toEqual([`client → ${APP}: 1`, `server → ${WEB}: 1`]);
    });
  });

  it('folds public clients into one row, unless asked not to', () => {
    pass([
      [app, socket('10.0.0.2 80', '8.8.8.8 1234', 11)],
      [app, socket('10.0.0.2 80', '9.9.9.9 1234', 12)],
    ]);
    expect(only('server')).toMatchObject({ open: 2, labels: { peer_ip: 'internet' } });
    start({}, {}, true);
    pass([[app, socket('10.0.0.2 80', '8.8.8.8 1234', 11)]]);
    expect(only('server').labels.peer_ip).toBe('8.8.8.8');
  });

  it('sends what is past the limit of a container to one row, and counts it', () => {
    start({}, { edgesPerContainer: 10 });
    for (let port = 1; port <= 1_000; port++) {
      tracker.destroyedSockets.give(
        web,
        closed(socket('10.0.0.1 40000', `10.0.0.9 ${port}`, port), { counters: counters(1, 0) }),
        0,
      );
    }
    const overflow = edges('client').filter(({ labels }) => labels.peer_ip === 'other');
    expect(edges('client')).toHaveLength(11);
    expect(overflow).toHaveLength(1);
    expect(overflow[0]).toMatchObject({
      opened: 990,
      closed: 990,
      sentBytes: 990,
      labels: { container_id: WEB },
    });
    expect(ledger.folded).toBe(990);
    tracker.destroyedSockets.give(app, closed(server), 0);
    expect(only('server').labels.container_id).toBe(APP);
  });

  it('holds its limits under 100,000 distinct clients, and loses none of their connections', () => {
    start({}, { edges: 1_000, edgesPerContainer: 500 });
    for (let index = 0; index < 100_000; index++) {
      const peer = `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255} 40000`;
      tracker.destroyedSockets.give(
        app,
        closed(socket('10.0.0.2 80', peer, index + 10), { counters: counters(1, 0) }),
        0,
      );
    }
    const rows = edges('server');
    expect(rows).toHaveLength(501);
    expect(rows.reduce((sum, { opened }) => sum + opened, 0)).toBe(100_000);
    expect(rows.reduce((sum, { sentBytes }) => sum + sentBytes, 0)).toBe(100_000);
    expect(ledger.folded).toBe(99_500);
  });

  it('drops an edge that has been idle, and never one with an open connection', () => {
    pass([
      [web, client],
      [app, server],
    ]);
    tracker.destroyedSockets.give(web, closed(client), 10);
    pass([[app, server]], 1_009);
    expect(edges('client')).toHaveLength(1);
    pass([[app, server]], 1_011);
    expect(edges('client')).toEqual([]);
    expect(only('server').open).toBe(1);
  });

  it('closes everything in a namespace that is gone', () => {
    pass([[web, client]]);
    tracker.removeNamespace(web, 0);
    expect(only('client')).toMatchObject({ open: 0, closed: 1 });
  });
});

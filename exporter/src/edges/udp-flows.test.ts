import { beforeEach, describe, expect, it } from 'vitest';
import { hostName, type ContainerId } from '../contract/ids.js';
import type { TrackedFlow } from '../kernel/conntrack.js';
import type { SocketRecord } from '../kernel/socket-record.js';
import { ConnectionTracker } from './connection-tracker.js';
import type { Edge } from './edge.js';
import { EdgeLedger } from './edge-ledger.js';
import { NO_SURROUNDINGS } from './no-surroundings.js';
import { TrackedNamespace } from './tracked-namespace.js';
import { UdpSockets } from './udp-sockets.js';

const WEB = '111111111111' as ContainerId;
const APP = '222222222222' as ContainerId;

interface Traffic {
  readonly bytes?: readonly [number, number];
  readonly packets?: readonly [number, number];
  /** What the reply says, where addresses are translated. */
  readonly reply?: readonly [source: string, destination: string];
  readonly isAnswered?: boolean;
  readonly id?: number;
  readonly secondsLeft?: number;
}

/** `address port` of each end; one packet each way, of 100 and 300 bytes of payload. */
function flow(from: string, to: string, traffic: Traffic = {}): TrackedFlow {
  const {
    bytes = [128, 328],
    packets = [1, 1],
    reply = [to, from],
    isAnswered = true,
    id = 1,
    secondsLeft = 30,
  } = traffic;
  const tuple = (source: string, destination: string) => ({
    source: source.split(' ')[0] ?? '',
    sourcePort: Number(source.split(' ')[1]),
    destination: destination.split(' ')[0] ?? '',
    destinationPort: Number(destination.split(' ')[1]),
  });
  return {
    id,
    secondsLeft,
    protocol: 17,
    original: tuple(from, to),
    reply: tuple(...reply),
    isAnswered,
    originalBytes: bytes[0],
    originalPackets: packets[0],
    replyBytes: bytes[1],
    replyPackets: packets[1],
  };
}

/** Sockets of all addresses at those ports. */
function bound(...ports: readonly number[]): UdpSockets {
  const sockets = new UdpSockets();
  for (const localPort of ports) {
    sockets.add({ family: 'ipv4', localAddress: '0.0.0.0', localPort, inode: 0, cgroupId: 0 });
  }
  return sockets;
}

describe('UdpFlows', () => {
  let ledger: EdgeLedger;
  let tracker: ConnectionTracker;
  let host: TrackedNamespace;
  let web: TrackedNamespace;
  let app: TrackedNamespace;

  function namespace(inode: number, address: string, occupant = '' as ContainerId): TrackedNamespace {
    const made = new TrackedNamespace(inode, false);
    made.addresses = new Set(['127.0.0.1', address]);
    made.occupants = new Set([occupant]);
    tracker.namespaces.set(inode, made);
    return made;
  }

  beforeEach(() => {
    ledger = new EdgeLedger(hostName('h'), { edges: 100, edgesPerContainer: 100, idleMs: 1_000 });
    tracker = new ConnectionTracker({
      ledger,
      surroundings: NO_SURROUNDINGS,
      publicPeers: false,
      firstEphemeralPort: 32_768,
    });
    host = namespace(1, '10.0.0.254');
    web = namespace(2, '10.0.0.1', WEB);
    app = namespace(3, '10.0.0.2', APP);
    app.udpSockets = bound(53);
    tracker.rebuildAddresses();
  });

  /** One turn: what each table that is read holds. */
  function turn(
    tables: readonly (readonly [TrackedNamespace, readonly TrackedFlow[]])[],
    inherited = false,
  ): void {
    const { udpFlows } = tracker;
    udpFlows.beginPass();
    for (const [table, flows] of tables) {
      udpFlows.readTable(table);
      for (const each of flows) {
        udpFlows.observe(table, each, inherited, 0);
      }
    }
    udpFlows.endPass(tracker.namespaces, 0);
  }

  function rows(): string[] {
    return [...ledger.values()].map(row).sort();
  }

  function row({ labels: l, open, opened, closed, sentBytes, receivedBytes }: Edge): string {
    const who = `${l.role} ${l.container_id} ${l.peer_ip}:${l.port}`;
    return `${who} open ${open} opened ${opened} closed ${closed} bytes ${sentBytes}/${receivedBytes}`;
  }

  const query = flow('10.0.0.1 40000', '10.0.0.2 53');
  const client = `client ${WEB} 10.0.0.2:53`;
  const server = `server ${APP} 10.0.0.1:53`;

  it('counts a flow at both ends, with its payload', () => {
    turn([[host, [query]]]);
    turn([[host, [query]]]);
    expect(rows()).toEqual([
      `${client} open 1 opened 1 closed 0 bytes 100/300`,
      `${server} open 1 opened 1 closed 0 bytes 300/100`,
    ]);
  });

  const again = (traffic: Traffic): TrackedFlow => flow('10.0.0.1 40000', '10.0.0.2 53', traffic);

  it.each([
    ['as soon as it was seen', 1, again({ id: 2 })],
    ['when it has been followed for a while', 3, again({ id: 2 })],
    ['when its place is given again', 1, again({ secondsLeft: 45 })],
  ])('tells a flow from the next between the same ports, %s', (_, turns, next) => {
    for (let index = 0; index < turns; index++) {
      turn([[host, [query]]]);
    }
    turn([[host, [next]]]);
    turn([[host, [next]]]);
    expect(rows()).toEqual([
      `${client} open 1 opened 2 closed 1 bytes 200/600`,
      `${server} open 1 opened 2 closed 1 bytes 600/200`,
    ]);
    turn([[host, []]]);
    expect(rows()[0]).toBe(`${client} open 0 opened 2 closed 2 bytes 200/600`);
  });

  it('takes none of two flows with the same ends, in different zones, for the next of the other', () => {
    const zones = [again({ id: 1 }), again({ id: 2 })];
    [1, 2, 3].forEach(() => turn([[host, zones]]));
    expect(rows()).toEqual([
      `${client} open 1 opened 1 closed 0 bytes 100/300`,
      `${server} open 1 opened 1 closed 0 bytes 300/100`,
    ]);
  });

  it('takes a flow for the same that has sent more, or only comes nearer its end', () => {
    turn([[host, [query]]]);
    turn([[host, [again({ secondsLeft: 15 })]]]);
    turn([[host, [again({ secondsLeft: 60, bytes: [156, 356], packets: [2, 2] })]]]);
    expect(rows()).toEqual([
      `${client} open 1 opened 1 closed 0 bytes 100/300`,
      `${server} open 1 opened 1 closed 0 bytes 300/100`,
    ]);
  });

  it('adds the bytes of flows that follow each other to the connected socket that has them', () => {
    const socket: SocketRecord = {
      ...{ protocol: 'udp', family: 'ipv4', state: 1, localAddress: '10.0.0.1', localPort: 40_000 },
      ...{ peerAddress: '10.0.0.2', peerPort: 53, cookie: 7, inode: 0, cgroupId: 0, ipv6Only: false },
      counters: undefined,
    };
    tracker.observe(web, socket, 0);
    tracker.endNamespace(web, true, 0);
    tracker.endPass(0);
    turn([[host, [query]]]);
    turn([[host, [flow('10.0.0.1 40000', '10.0.0.2 53', { id: 2 })]]]);
    expect(rows()[0]).toBe(`${client} open 1 opened 1 closed 0 bytes 200/600`);
  });

  it('counts an exchange once whose server answers from another of its addresses', () => {
    host.addresses = new Set([...host.addresses, '10.0.0.253']);
    host.udpSockets = bound(53);
    tracker.rebuildAddresses();
    const once = { packets: [1, 0], isAnswered: false } as const;
    const asked = flow('10.0.0.1 40000', '10.0.0.254 53', { ...once, bytes: [128, 0] });
    const answered = (bytes: number) =>
      flow('10.0.0.253 53', '10.0.0.1 40000', { ...once, bytes: [bytes, 0] });
    const tables = (bytes: number) => [host, web].map((table) => [table, [answered(bytes), asked]] as const);
    turn(tables(328));
    turn(tables(428));
    expect(rows()).toEqual([
      `client ${WEB} 10.0.0.254:53 open 1 opened 1 closed 0 bytes 100/400`,
      'server  10.0.0.1:53 open 1 opened 1 closed 0 bytes 400/100',
    ]);
    turn([
      [host, []],
      [web, []],
    ]);
    expect(rows()[0]).toBe(`client ${WEB} 10.0.0.254:53 open 0 opened 1 closed 1 bytes 100/400`);
  });

  it('counts a flow once that several tables have', () => {
    const tables = [host, web, app].map((table) => [table, [query]] as const);
    turn(tables);
    turn(tables);
    expect(rows()).toEqual([
      `${client} open 1 opened 1 closed 0 bytes 100/300`,
      `${server} open 1 opened 1 closed 0 bytes 300/100`,
    ]);
  });

  it('closes a flow that is gone from its table, even one that was seen once, and not one whose table was not read', () => {
    turn([[web, [query]]]);
    turn([]);
    expect(rows()[0]).toBe(`${client} open 1 opened 1 closed 0 bytes 100/300`);
    turn([[web, []]]);
    expect(rows()[0]).toBe(`${client} open 0 opened 1 closed 1 bytes 100/300`);
    const brief = flow('10.0.0.1 40001', '10.0.0.2 53');
    turn([[web, [brief]]]);
    turn([[web, []]]);
    expect(rows()[0]).toBe(`${client} open 0 opened 2 closed 2 bytes 200/600`);
  });

  it('counts only what is new of a flow that was there before the exporter', () => {
    turn([[web, [query]]], true);
    turn([[web, [flow('10.0.0.1 40000', '10.0.0.2 53', { bytes: [178, 328], packets: [1, 1] })]]]);
    expect(rows()[0]).toBe(`${client} open 1 opened 0 closed 0 bytes 50/0`);
  });

  it('goes on from zero when another flow has taken the ports of one', () => {
    turn([[web, [flow('10.0.0.1 40000', '10.0.0.2 53', { bytes: [1_028, 28] })]]]);
    turn([[web, [flow('10.0.0.1 40000', '10.0.0.2 53', { bytes: [1_028, 28] })]]]);
    turn([[web, [query]]]);
    expect(rows()[0]).toBe(`${client} open 1 opened 2 closed 1 bytes 1100/300`);
  });

  it('adds its bytes to a connected socket, which has counted itself', () => {
    tracker.destroyedSockets.give(web, connected('10.0.0.1', 40_000, '10.0.0.2', 53), 0);
    turn([[web, [query]]]);
    turn([[web, [query]]]);
    expect(rows()[0]).toBe(`${client} open 0 opened 1 closed 1 bytes 100/300`);
  });

  it('has no bytes where none are accounted', () => {
    turn([[web, [flow('10.0.0.1 40000', '10.0.0.2 53', { bytes: [0, 0], packets: [0, 0] })]]]);
    turn([]);
    expect([...ledger.values()].map(({ hasCounters }) => hasCounters)).toEqual([false, false]);
  });

  it.each([
    ['multicast', flow('10.0.0.1 5353', '224.0.0.251 5353')],
    ['a broadcast', flow('10.0.0.1 68', '255.255.255.255 67')],
    [
      'the engine’s own resolver',
      flow('10.0.0.1 40000', '127.0.0.11 53', { reply: ['127.0.0.11 45001', '10.0.0.1 40000'] }),
    ],
    ['a flow between two other hosts', flow('10.9.0.1 40000', '10.9.0.2 53')],
  ])('makes no row of %s', (_, seen) => {
    turn([[web, [seen]]]);
    turn([[web, [seen]]]);
    expect(rows()).toEqual([]);
  });

  it('turns round a flow that was first seen when the server spoke', () => {
    const late = flow('10.0.0.2 53', '10.0.0.1 40000', { bytes: [328, 128] });
    turn([[host, [late]]]);
    turn([[host, [late]]]);
    expect(rows()).toEqual([
      `${client} open 1 opened 1 closed 0 bytes 100/300`,
      `${server} open 1 opened 1 closed 0 bytes 300/100`,
    ]);
  });

  it.each([
    ['a client of this host', () => (web.udpSockets = bound(40_000))],
    ['a client that is gone', () => (web.udpSockets = bound())],
  ])('turns round what was first seen when the server spoke to %s', (_, bind) => {
    bind();
    turn([[host, [flow('10.0.0.2 53', '10.0.0.1 40000', { bytes: [328, 128] })]]]);
    turn([]);
    expect(rows().map((row) => row.split(' open')[0])).toEqual([client, server]);
  });

  it('takes the one that is dialled for the server on an ephemeral port too, and does not write that port', () => {
    app.udpSockets = bound(51_820);
    const tunnel = [
      flow('10.0.0.1 40000', '10.0.0.2 51820'),
      // Translated on the way, to a port below the ephemeral ones.
      flow('10.9.9.9 10234', '10.0.0.2 51820'),
    ];
    turn([[host, tunnel]]);
    turn([[host, tunnel]]);
    expect(rows()).toEqual([
      `client ${WEB} 10.0.0.2: open 1 opened 1 closed 0 bytes 100/300`,
      `server ${APP} 10.0.0.1: open 1 opened 1 closed 0 bytes 300/100`,
      `server ${APP} 10.9.9.9: open 1 opened 1 closed 0 bytes 300/100`,
    ]);
  });

  describe('where networks overlap', () => {
    const WEB_TWIN = '333333333333' as ContainerId;
    const APP_TWIN = '444444444444' as ContainerId;
    let webTwin: TrackedNamespace;
    let appTwin: TrackedNamespace;
    const ofTwin = flow('10.0.0.1 40001', '10.0.0.2 53');

    beforeEach(() => {
      webTwin = namespace(4, '10.0.0.1', WEB_TWIN);
      appTwin = namespace(5, '10.0.0.2', APP_TWIN);
      appTwin.udpSockets = bound(53);
      tracker.rebuildAddresses();
    });

    const peers = () =>
      [...ledger.values()]
        .map(({ labels: l, opened }) => `${l.role} ${l.container_id} > ${l.peer_container_id}: ${opened}`)
        .sort();

    it('joins the ends of a flow that the namespaces of both track', () => {
      const tables = [
        [web, [query]],
        [webTwin, [ofTwin]],
        [app, [query]],
        [appTwin, [ofTwin]],
      ] as const;
      turn(tables);
      turn(tables);
      expect(peers()).toEqual([
        `client ${WEB} > ${APP}: 1`,
        `client ${WEB_TWIN} > ${APP_TWIN}: 1`,
        `server ${APP} > ${WEB}: 1`,
        `server ${APP_TWIN} > ${WEB_TWIN}: 1`,
      ]);
      expect(tracker.attribution.unattributed.size).toBe(0);
    });

    it('joins them also when they have ended before they were settled', () => {
      turn([
        [web, [query]],
        [app, [query]],
      ]);
      turn([
        [web, []],
        [app, []],
      ]);
      expect(peers()).toEqual([`client ${WEB} > ${APP}: 1`, `server ${APP} > ${WEB}: 1`]);
    });

    it('names no server where only the client’s namespace tracks, and counts that once', () => {
      [1, 2, 3].forEach(() => turn([[web, [query]]]));
      expect(peers()).toEqual([`client ${WEB} > : 1`]);
      // The client's row without a peer, and the server's that is missing.
      expect(tracker.attribution.unattributed.get('peer_ambiguous')).toBe(2);
    });
  });

  it('never writes an ephemeral port', () => {
    const flows = Array.from({ length: 50 }, (_, index) =>
      flow(`10.0.0.1 ${40_000 + index}`, `10.9.9.9 ${50_000 + index}`),
    );
    web.udpSockets = bound(...flows.map(({ original }) => original.sourcePort));
    turn([[web, flows]]);
    turn([[web, flows]]);
    tracker.destroyedSockets.give(web, connected('10.0.0.1', 40_050, '10.9.9.9', 50_050), 0);
    expect(rows()).toEqual([`client ${WEB} 10.9.9.9: open 50 opened 51 closed 1 bytes 5000/15000`]);
  });
});

function connected(
  localAddress: string,
  localPort: number,
  peerAddress: string,
  peerPort: number,
): SocketRecord {
  return {
    protocol: 'udp',
    family: 'ipv4',
    state: 7,
    localAddress,
    localPort,
    peerAddress,
    peerPort,
    cookie: 9,
    inode: 0,
    cgroupId: 0,
    ipv6Only: false,
    counters: undefined,
  };
}

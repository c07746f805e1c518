import type { TrackedFlow } from '../kernel/conntrack.js';
import { isLoopback } from '../kernel/ip-address.js';
import { TCP_CLOSE } from '../kernel/socket-record.js';
import type { AddressBook } from './address-book.js';
import type { Attribution } from './attribution.js';
import { addTally, type Tally } from './edge.js';
import type { EdgeLedger } from './edge-ledger.js';
import type { Endpoint } from './endpoint.js';
import { endsOfFlow, type FlowEndView } from './flow-ends.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import { trackedSocket, type TrackedSocket } from './tracked-socket.js';

export interface UdpFlowsOptions {
  readonly attribution: Attribution;
  readonly addressBook: AddressBook;
  readonly ledger: EdgeLedger;
  readonly firstEphemeralPort: number;
}

/** What one namespace's connection tracking says of one end. */
interface Reading {
  readonly table: number;
  readonly pass: number;
  readonly view: FlowEndView;
}

interface FlowEnd {
  readonly key: string;
  readonly namespace: TrackedNamespace;
  readonly socket: TrackedSocket;
  readonly firstPass: number;
  lastPass: number;
  /** Of the table whose bytes count; another may track the same flow. */
  reading: Reading;
  other: Reading | undefined;
  /** Where its bytes go once it is settled. */
  target: { tally: Tally } | undefined;
  /** It is a connection of its own: no connected socket has been counted for it. */
  isCounted: boolean;
}

/**
 * Edges of UDP by what connection tracking has recorded: the only trace of sockets that never connect. A flow is a
 * connection that is open while it is tracked. Flows of connected sockets, which are counted by their sockets, add
 * their bytes only. A pass is: `beginPass`, `observe` for each flow of each table that is read, `endPass`.
 */
export class UdpFlows {
  private readonly ends = new Map<string, FlowEnd>();
  /** Connected sockets, open or lately closed, by their ends' keys; oldest first. */
  private readonly connected = new Map<string, { tally: Tally }>();
  /** Flows that lead to several places on this host, by the pass that saw them last. */
  private readonly ambiguous = new Map<string, number>();
  private readonly readTables = new Set<number>();
  private readonly followedTables = new Set<number>();
  private pass = 0;
  private overflown = false;

  constructor(private readonly options: UdpFlowsOptions) {}

  /** Whether there have been more flows than are followed. */
  get hasOverflown(): boolean {
    return this.overflown;
  }

  /** Whether any flow is followed by the table of that namespace. */
  follows(table: number): boolean {
    return this.followedTables.has(table);
  }

  beginPass(): void {
    this.pass++;
    this.readTables.clear();
  }

  /** The table of that namespace is read in this pass: what is not in it is gone from it. */
  readTable(table: TrackedNamespace): void {
    this.readTables.add(table.inode);
  }

  observe(table: TrackedNamespace, flow: TrackedFlow, isInherited: boolean, now: number): void {
    const views = endsOfFlow(flow, this.options.firstEphemeralPort, ({ address, port }) =>
      this.options.addressBook.candidates(table, address).some((namespace) => serves(namespace, port)),
    );
    for (const view of views) {
      const namespace = this.placeOf(table, view);
      if (namespace !== undefined) {
        this.observeEnd(table, namespace, view, isInherited, now);
      }
    }
  }

  /** A connected socket counts for itself. */
  noteConnected(namespace: TrackedNamespace, socket: TrackedSocket): void {
    const local = { address: socket.localAddress, port: socket.localPort };
    const peer = { address: socket.peerAddress, port: socket.peerPort };
    this.connected.set(keyOf(namespace, local, peer), socket);
    if (this.connected.size > MOST_CONNECTED) {
      const [oldest] = this.connected.keys();
      if (oldest !== undefined) {
        this.connected.delete(oldest);
      }
    }
  }

  /** Sockets of flows that this pass has found, whose holders are not known yet. */
  *unowned(): IterableIterator<{ namespace: TrackedNamespace; socket: TrackedSocket }> {
    for (const { namespace, socket, firstPass } of this.ends.values()) {
      if (firstPass === this.pass) {
        yield { namespace, socket };
      }
    }
  }

  endPass(living: ReadonlyMap<number, TrackedNamespace>, now: number): void {
    this.followedTables.clear();
    for (const end of this.ends.values()) {
      if (end.firstPass === this.pass) {
        this.options.attribution.noteHolder(end.socket);
      }
      const isGone =
        living.get(end.namespace.inode) !== end.namespace ||
        (end.lastPass !== this.pass && this.readTables.has(end.reading.table));
      // The announcement that its socket was a connected one may still be on its way when a flow is first seen.
      if (end.target === undefined && (isGone || end.socket.inherited || end.firstPass < this.pass)) {
        this.settle(end, now);
      }
      if (isGone) {
        this.close(end, now);
      } else {
        this.account(end, now);
        this.followedTables.add(end.reading.table);
      }
    }
    for (const [key, pass] of this.ambiguous) {
      if (pass < this.pass - PASSES_AMBIGUOUS) {
        this.ambiguous.delete(key);
      }
    }
  }

  /** The namespace that an end of a flow is in; undefined for other hosts, and where several may be meant. */
  private placeOf(table: TrackedNamespace, { role, local, peer }: FlowEndView): TrackedNamespace | undefined {
    if (isLoopback(local.address) || table.addresses.has(local.address)) {
      return table;
    }
    const candidates = this.options.addressBook.candidates(table, local.address);
    if (candidates.length < 2) {
      return candidates[0];
    }
    const bound = candidates.filter(
      (namespace) => serves(namespace, local.port) || this.ends.has(keyOf(namespace, local, peer)),
    );
    if (bound.length === 1) {
      return bound[0];
    }
    const key = `${role} ${keyOf(table, local, peer)}`;
    if (!this.ambiguous.has(key)) {
      this.options.attribution.countUnattributed('peer_ambiguous');
    }
    this.ambiguous.set(key, this.pass);
    return undefined;
  }

  private observeEnd(
    table: TrackedNamespace,
    namespace: TrackedNamespace,
    view: FlowEndView,
    isInherited: boolean,
    now: number,
  ): void {
    const key = keyOf(namespace, view.local, view.peer);
    const reading: Reading = { table: table.inode, pass: this.pass, view };
    const known = this.ends.get(key);
    if (known !== undefined) {
      known.lastPass = this.pass;
      if (known.reading.table === table.inode) {
        known.reading = reading;
      } else {
        known.other = reading;
      }
      return;
    }
    // To a port on which nobody listens, a packet has an end at its sender only.
    if (view.role === 'server' && !serves(namespace, view.local.port) && !this.connected.has(key)) {
      return;
    }
    if (this.ends.size >= MOST_ENDS) {
      this.overflown = true;
      return;
    }
    const socket = this.socketOf(namespace, view, isInherited, now);
    if (isInherited) {
      socket.sentBytes = view.sentBytes;
      socket.receivedBytes = view.receivedBytes;
    }
    this.ends.set(key, {
      key,
      namespace,
      socket,
      firstPass: this.pass,
      lastPass: this.pass,
      reading,
      other: undefined,
      target: undefined,
      isCounted: false,
    });
  }

  private socketOf(
    namespace: TrackedNamespace,
    { role, local, peer }: FlowEndView,
    isInherited: boolean,
    now: number,
  ): TrackedSocket {
    const bound = namespace.udpSockets.get(local.port);
    const socket = trackedSocket(
      {
        protocol: 'udp',
        family: local.address.includes(':') ? 'ipv6' : 'ipv4',
        state: TCP_CLOSE,
        localAddress: local.address,
        localPort: local.port,
        peerAddress: peer.address,
        peerPort: peer.port,
        cookie: 0,
        inode: bound?.inode ?? 0,
        cgroupId: bound?.cgroupId ?? 0,
        ipv6Only: false,
        counters: undefined,
      },
      isInherited,
      now,
    );
    socket.role = role;
    return socket;
  }

  private settle(end: FlowEnd, now: number): void {
    const { socket, namespace } = end;
    const connected = this.connected.get(end.key);
    if (connected !== undefined) {
      end.target = connected;
      return;
    }
    const { ledger, attribution } = this.options;
    const finding = attribution.examine(namespace, socket, socket.role);
    const edge = ledger.edge(attribution.attribute(namespace, socket, finding), now);
    addTally(edge, socket.tally);
    edge.open++;
    edge.opened += socket.inherited ? 0 : 1;
    edge.lastActive = now;
    end.target = { tally: edge };
    end.isCounted = true;
  }

  private close(end: FlowEnd, now: number): void {
    this.account(end, now);
    this.ends.delete(end.key);
    const tally = end.target?.tally;
    if (end.isCounted && tally !== undefined) {
      tally.open--;
      tally.closed++;
      tally.lastActive = now;
    }
  }

  /** Adds the bytes that are new. */
  private account(end: FlowEnd, now: number): void {
    const { socket, target } = end;
    const { other } = end;
    if (other?.pass === this.pass && this.isLostBy(end.reading)) {
      // The table whose bytes counted has forgotten the flow; the other one goes on from where it is.
      end.reading = other;
      socket.sentBytes = other.view.sentBytes;
      socket.receivedBytes = other.view.receivedBytes;
    }
    const { view } = end.reading;
    if (target === undefined || !view.isAccounted) {
      return;
    }
    const { tally } = target;
    const sent = increase(socket.sentBytes, view.sentBytes);
    const received = increase(socket.receivedBytes, view.receivedBytes);
    socket.sentBytes = view.sentBytes;
    socket.receivedBytes = view.receivedBytes;
    tally.hasCounters = true;
    tally.sentBytes += sent;
    tally.receivedBytes += received;
    if (sent + received > 0) {
      tally.lastActive = now;
    }
  }

  private isLostBy({ table, pass }: Reading): boolean {
    return pass !== this.pass && this.readTables.has(table);
  }
}

/** Both ends of so many flows. */
const MOST_ENDS = 40_000;
/** Many times more than connect in the half minute for which the flow of a closed socket is tracked. */
const MOST_CONNECTED = 20_000;
const PASSES_AMBIGUOUS = 10;

function serves(namespace: TrackedNamespace, port: number): boolean {
  return namespace.udpSockets.has(port) || namespace.listening.hasPort('udp', port);
}

/** A counter that is less than it was belongs to a new flow between the same ports. */
function increase(before: number, after: number): number {
  return after >= before ? after - before : after;
}

function keyOf({ inode }: TrackedNamespace, local: Endpoint, peer: Endpoint): string {
  return `${inode} ${local.address} ${local.port} ${peer.address} ${peer.port}`;
}

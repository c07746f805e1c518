import type { TrackedFlow } from '../kernel/conntrack.js';
import { isLoopback } from '../kernel/ip-address.js';
import { TCP_CLOSE } from '../kernel/socket-record.js';
import type { AddressBook } from './address-book.js';
import { AmbiguousFlows } from './ambiguous-flows.js';
import type { Attribution } from './attribution.js';
import { addTally, type Role, type Tally } from './edge.js';
import type { EdgeLedger } from './edge-ledger.js';
import { localOf, peerOf, type Endpoint } from './endpoint.js';
import { endsOfFlow, type FlowEndView } from './flow-ends.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import { trackedSocket, type TrackedSocket } from './tracked-socket.js';
import { keyOfFlowEnd, UdpFlowEnd, type Reading } from './udp-flow-end.js';

export interface UdpFlowsOptions {
  readonly attribution: Attribution;
  readonly addressBook: AddressBook;
  readonly ledger: EdgeLedger;
  readonly firstEphemeralPort: number;
  /** Where the ends are kept, by `keyOfFlowEnd`, for others to look them up. */
  readonly ends: Map<string, UdpFlowEnd>;
}

/**
 * Edges of UDP by what connection tracking has recorded: the only trace of sockets that never connect. A flow is a
 * connection that is open while it is tracked. Flows of connected sockets, which are counted by their sockets, add
 * their bytes only. A pass is: `beginPass`, `observe` for each flow of each table that is read, `endPass`.
 */
export class UdpFlows {
  /** Connected sockets, open or lately closed, by their ends' keys; oldest first. */
  private readonly connected = new Map<string, { tally: Tally }>();
  private readonly ambiguous = new AmbiguousFlows();
  /** What was seen of servers only, of this pass: it may be the answer to what was asked at another address. */
  private answers: Answer[] = [];
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
    this.answers = [];
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
      if (namespace === undefined) {
        continue;
      }
      if (view.isOnly === 'answered') {
        this.answers.push({ table, namespace, view, isInherited, now });
      } else {
        this.observeEnd(table, namespace, view, isInherited, now);
      }
    }
  }

  /** A connected socket counts for itself. */
  noteConnected(namespace: TrackedNamespace, socket: TrackedSocket): void {
    const local = localOf(socket);
    const peer = peerOf(socket);
    this.connected.set(keyOfFlowEnd(namespace, local, peer), socket);
    if (this.connected.size > MOST_CONNECTED) {
      const [oldest] = this.connected.keys();
      if (oldest !== undefined) {
        this.connected.delete(oldest);
      }
    }
  }

  /** Sockets of flows that this pass has found, whose holders are not known yet. */
  *unowned(): IterableIterator<{ namespace: TrackedNamespace; socket: TrackedSocket }> {
    this.giveAnswers();
    for (const { namespace, socket, firstPass } of this.options.ends.values()) {
      if (firstPass === this.pass) {
        yield { namespace, socket };
      }
    }
  }

  endPass(living: ReadonlyMap<number, TrackedNamespace>, now: number): void {
    this.giveAnswers();
    this.followedTables.clear();
    const { ends, attribution } = this.options;
    const isGone = (end: UdpFlowEnd): boolean =>
      living.get(end.namespace.inode) !== end.namespace ||
      (end.lastPass !== this.pass && this.readTables.has(end.table));
    for (const end of ends.values()) {
      if (end.firstPass === this.pass) {
        attribution.ownership.noteHolder(end.socket);
      }
      // The announcement that its socket was a connected one may still be on its way when a flow is first seen.
      if (end.target === undefined && (isGone(end) || end.socket.inherited || end.firstPass < this.pass)) {
        this.settle(end, now);
      }
    }
    for (const end of ends.values()) {
      const isOver = isGone(end);
      end.followTable(this.pass, this.readTables);
      end.account(now);
      if (isOver) {
        this.close(end, now);
      } else {
        this.followedTables.add(end.table);
      }
    }
    for (let lost = this.ambiguous.settle(this.pass); lost > 0; lost--) {
      attribution.countUnattributed('peer_ambiguous');
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
    const endIn = (namespace: TrackedNamespace) =>
      this.options.ends.get(keyOfFlowEnd(namespace, local, peer));
    const isKnown = (): boolean => candidates.some((namespace) => endIn(namespace)?.isTrackedAtHome);
    if (isKnown()) {
      // The namespace that it is in tells of it itself; or one does of another, with the same ports.
      return undefined;
    }
    const bound = candidates.filter(
      (namespace) => serves(namespace, local.port) || endIn(namespace) !== undefined,
    );
    if (bound.length === 1) {
      return bound[0];
    }
    this.ambiguous.note(`${role} ${keyOfFlowEnd(table, local, peer)}`, this.pass, isKnown);
    return undefined;
  }

  /** A server of several addresses may answer from another than was asked: that is one exchange. */
  private giveAnswers(): void {
    const answers = this.answers;
    this.answers = [];
    const asked = new Map<string, UdpFlowEnd>();
    if (answers.length > 0) {
      for (const end of this.options.ends.values()) {
        if (end.isUnanswered) {
          asked.set(
            keyOfExchange(end.namespace, end.socket.role, localOf(end.socket), peerOf(end.socket)),
            end,
          );
        }
      }
    }
    for (const { table, namespace, view, isInherited, now } of answers) {
      const end = asked.get(keyOfExchange(namespace, view.role, view.local, view.peer));
      if (end === undefined) {
        this.observeEnd(table, namespace, view, isInherited, now);
      } else {
        end.addAnswer({ table: table.inode, view }, isInherited);
      }
    }
  }

  private observeEnd(
    table: TrackedNamespace,
    namespace: TrackedNamespace,
    view: FlowEndView,
    isInherited: boolean,
    now: number,
  ): void {
    const key = keyOfFlowEnd(namespace, view.local, view.peer);
    const reading: Reading = { table: table.inode, pass: this.pass, at: now, view };
    const known = this.options.ends.get(key);
    if (known !== undefined) {
      known.observe(reading);
      return;
    }
    // To a port on which nobody listens, a packet has an end at its sender only.
    if (view.role === 'server' && !serves(namespace, view.local.port) && !this.connected.has(key)) {
      return;
    }
    if (this.options.ends.size >= MOST_ENDS) {
      this.overflown = true;
      return;
    }
    const socket = this.socketOf(namespace, view, isInherited, now);
    if (isInherited) {
      socket.sentBytes = view.sentBytes;
      socket.receivedBytes = view.receivedBytes;
    }
    this.options.ends.set(key, new UdpFlowEnd(key, namespace, socket, reading));
  }

  private socketOf(
    namespace: TrackedNamespace,
    { role, local, peer }: FlowEndView,
    isInherited: boolean,
    now: number,
  ): TrackedSocket {
    const bound = namespace.udpSockets.find(local.address, local.port);
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

  private settle(end: UdpFlowEnd, now: number): void {
    const { socket, namespace } = end;
    const connected = this.connected.get(end.key);
    if (connected !== undefined) {
      addTally(connected.tally, socket.tally);
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

  private close(end: UdpFlowEnd, now: number): void {
    this.options.ends.delete(end.key);
    const tally = end.target?.tally;
    if (end.isCounted && tally !== undefined) {
      tally.open--;
      tally.closed++;
      tally.lastActive = now;
    }
  }
}

interface Answer {
  readonly table: TrackedNamespace;
  readonly namespace: TrackedNamespace;
  readonly view: FlowEndView;
  readonly isInherited: boolean;
  readonly now: number;
}

/** But for the server's address. */
function keyOfExchange(
  { inode }: TrackedNamespace,
  role: Role | undefined,
  local: Endpoint,
  peer: Endpoint,
): string {
  const [client, server] = role === 'server' ? [peer, local] : [local, peer];
  return `${role} ${inode} ${client.address} ${client.port} ${server.port}`;
}

/** Both ends of so many flows. */
const MOST_ENDS = 40_000;
/** Many times more than connect in the half minute for which the flow of a closed socket is tracked. */
const MOST_CONNECTED = 20_000;

function serves(namespace: TrackedNamespace, port: number): boolean {
  return namespace.udpSockets.has(port) || namespace.listening.hasPort('udp', port);
}

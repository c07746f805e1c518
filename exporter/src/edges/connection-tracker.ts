import { NO_CONTAINER } from '../contract/ids.js';
import type { IpAddress } from '../kernel/ip-address.js';
import { TCP_SYN_SENT, type SocketRecord } from '../kernel/socket-record.js';
import { AddressBook } from './address-book.js';
import { Attribution, type AttributionOptions, type Finding } from './attribution.js';
import { DestroyedSockets } from './destroyed-sockets.js';
import { isWithEmbeddedResolver } from './embedded-resolver.js';
import { accountCounters, addRoundTrip } from './edge.js';
import type { EdgeLedger } from './edge-ledger.js';
import { LoneEnds } from './lone-ends.js';
import { OtherEnds } from './other-ends.js';
import { PairedEndings } from './paired-endings.js';
import { PresumedEdges } from './presumed-edges.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import {
  countEnd,
  establish,
  giveTo,
  meet,
  miss,
  trackedSocket,
  withdraw,
  type TrackedSocket,
} from './tracked-socket.js';
import type { UdpFlowEnd } from './udp-flow-end.js';
import { UdpFlows } from './udp-flows.js';

/** A socket that is not known to be anybody's. */
export interface Unowned {
  readonly namespace: TrackedNamespace;
  readonly inode: number;
  /** A connection of TCP that no earlier pass saw: it may be gone again. */
  readonly found: TrackedSocket | undefined;
}

interface Unsettled {
  readonly namespace: TrackedNamespace;
  readonly socket: TrackedSocket;
}

export interface TrackerOptions extends AttributionOptions {
  readonly ledger: EdgeLedger;
}

/**
 * Turns what passes find open and what the kernel says was destroyed into edges. Pure bookkeeping: it opens nothing
 * and knows no clock. A pass is: for each namespace its listeners (`listening.replace`), `observe` for each connection
 * and `endNamespace`, then `endPass`. Destroyed sockets may be told of at any time.
 */
export class ConnectionTracker {
  readonly namespaces = new Map<number, TrackedNamespace>();
  readonly attribution: Attribution;
  readonly udpFlows: UdpFlows;
  readonly destroyedSockets: DestroyedSockets;
  readonly presumed: PresumedEdges;
  private readonly addressBook = new AddressBook();
  /** Found by this pass, waiting for its end: only then is known who owns them and who listens where. */
  private unsettled: Unsettled[] = [];

  constructor(private readonly options: TrackerOptions) {
    const endings = new PairedEndings();
    const lone = new LoneEnds();
    const flowEnds = new Map<string, UdpFlowEnd>();
    this.attribution = new Attribution(options, this.addressBook, new OtherEnds(endings, lone, flowEnds));
    this.presumed = new PresumedEdges(options.ledger, (connections) =>
      this.attribution.countUnattributed('short_lived', connections),
    );
    const shared = {
      attribution: this.attribution,
      addressBook: this.addressBook,
      ledger: options.ledger,
      firstEphemeralPort: options.firstEphemeralPort,
    };
    this.udpFlows = new UdpFlows({ ...shared, ends: flowEnds });
    this.destroyedSockets = new DestroyedSockets({
      ...shared,
      ...{ endings, lone, presumed: this.presumed, udpFlows: this.udpFlows },
      onListenerClosed: () => this.forgetBriefEdges(),
    });
  }

  /** What this pass would like to know the holders of: listeners and connections without an owner. */
  *unowned(): IterableIterator<Unowned> {
    for (const namespace of this.namespaces.values()) {
      for (const { inode, owner } of namespace.listening.all()) {
        if (inode !== 0 && (owner?.pid === undefined || owner.pid === 0)) {
          yield { namespace, inode, found: undefined };
        }
      }
    }
    for (const { namespace, socket } of this.unsettled) {
      if (socket.inode !== 0) {
        yield { namespace, inode: socket.inode, found: isJustFound(socket) ? socket : undefined };
      }
    }
    for (const { namespace, socket } of this.udpFlows.unowned()) {
      if (socket.inode !== 0) {
        yield { namespace, inode: socket.inode, found: undefined };
      }
    }
  }

  /** A connection as a dump shows it. */
  observe(namespace: TrackedNamespace, record: SocketRecord, now: number): void {
    const { cookie, state, counters } = record;
    const segments = counters === undefined ? 0 : counters.segments;
    const { seen } = namespace;
    const quiet = seen.repeat(cookie, state, segments);
    if (quiet !== undefined) {
      if (counters !== undefined) {
        addRoundTrip(quiet, counters.rttSeconds);
      }
      return;
    }
    let socket = seen.expect(cookie) ?? namespace.sockets.get(cookie);
    if (socket === undefined) {
      if (record.peerPort === 0 || namespace.departed.has(cookie) || isWithEmbeddedResolver(record)) {
        return;
      }
      socket = trackedSocket(record, namespace.inheriting, now);
      namespace.sockets.set(cookie, socket);
      this.unsettled.push({ namespace, socket });
      if (record.protocol === 'udp') {
        this.udpFlows.noteConnected(namespace, socket);
      }
    }
    this.update(socket, record, now);
    seen.add(socket, state, counters === undefined ? segments : socket.segments);
  }

  /**
   * Closes what the pass no longer found. With destroy events, a first miss only waits: the event tells more, and a
   * dump of a changing table may leave a row out.
   */
  endNamespace(namespace: TrackedNamespace, eventsAreComplete: boolean, now: number): void {
    const { seen, sockets } = namespace;
    namespace.inheriting = false;
    if (seen.found !== sockets.size) {
      const found = new Set(seen.sockets());
      for (const [cookie, socket] of sockets) {
        if (found.has(socket)) {
          continue;
        }
        miss(socket);
        if (!eventsAreComplete || socket.missed > 1) {
          countEnd(socket, now);
          namespace.depart(cookie, socket);
        }
      }
    }
    seen.turn();
  }

  /** Gives everything new to its edge, owners and listeners now being known. */
  endPass(now: number): void {
    this.attribution.otherEnds.reset();
    for (const { listening } of this.namespaces.values()) {
      listening.reviewed();
    }
    const found = this.unsettled;
    this.unsettled = [];
    // Where a client was led is known when it has its edge, and tells a server whose connection it is.
    for (const each of found.toSorted((a, b) => Number(mayBeServer(a)) - Number(mayBeServer(b)))) {
      if (!this.settle(each, now)) {
        this.unsettled.push(each);
      }
    }
    this.forgetBriefEdges();
    this.destroyedSockets.expire(now);
    this.presumed.expire(now);
    const living = new Set(
      [...this.namespaces.values()].flatMap(({ occupants, sandbox }) => [
        ...occupants,
        sandbox ?? NO_CONTAINER,
      ]),
    );
    this.options.ledger.expire(now, living);
  }

  /** A namespace whose last process is gone: what was open in it is closed. */
  removeNamespace(namespace: TrackedNamespace, now: number): void {
    for (const [cookie, socket] of namespace.sockets) {
      withdraw(socket);
      countEnd(socket, now);
      namespace.depart(cookie, socket);
    }
    namespace.listening.replace([], now);
    namespace.listening.reviewed();
    this.namespaces.delete(namespace.inode);
    this.rebuildAddresses();
  }

  /** What was found out about short connections must be found out anew: who has which address has changed. */
  forgetBriefEdges(): void {
    for (const namespace of this.namespaces.values()) {
      namespace.briefEdges.clear();
    }
  }

  /** The namespaces of this host that have the address. */
  namespacesOf(address: IpAddress): readonly TrackedNamespace[] {
    return this.addressBook.having(address);
  }

  rebuildAddresses(): void {
    this.addressBook.rebuild(this.namespaces.values());
  }

  /** False for what is tried again after the next pass. */
  private settle({ namespace, socket }: Unsettled, now: number): boolean {
    // What has ended is given with its last numbers.
    if (socket.settled || socket.endedAt < Infinity) {
      return true;
    }
    const finding = this.attribution.examine(namespace, socket);
    if (
      !this.presumed.isCertain &&
      this.attribution.inhabitantsOf(namespace, socket, finding) !== undefined
    ) {
      return false;
    }
    // Of two namespaces that are read one after the other, the first may have been too early, and the list of one that
    // changes may leave out a row.
    if (socket.unpairedPasses < MORE_PASSES && this.mayTellMore(namespace, socket, finding)) {
      socket.unpairedPasses++;
      return false;
    }
    giveTo(this.options.ledger.edge(this.attribution.attribute(namespace, socket, finding), now), socket);
    return true;
  }

  /** Whether the next pass may say more of its ends than this one. */
  private mayTellMore(namespace: TrackedNamespace, socket: TrackedSocket, finding: Finding): boolean {
    const { attribution } = this;
    return attribution.isUnpaired(socket, finding) || attribution.mayBeNewcomers(namespace, socket, finding);
  }

  /** Takes the numbers of a dump's row. */
  private update(socket: TrackedSocket, record: SocketRecord, now: number): void {
    meet(socket);
    const { counters, state } = record;
    // One that is listed may be closed by the time it is described, and has not been open for that.
    if (!socket.established && (counters?.established ?? state !== TCP_SYN_SENT)) {
      establish(socket);
      socket.tally.lastActive = now;
    }
    if (counters !== undefined && accountCounters(socket.tally, socket, counters)) {
      socket.tally.lastActive = now;
    }
  }
}

const MORE_PASSES = 2;

function mayBeServer({ namespace, socket }: Unsettled): boolean {
  return namespace.listening.hasPort(socket.protocol, socket.localPort);
}

function isJustFound({ protocol, inherited, unpairedPasses }: TrackedSocket): boolean {
  return protocol === 'tcp' && !inherited && unpairedPasses === 0;
}

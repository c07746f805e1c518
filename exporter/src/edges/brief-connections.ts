import type { AddressBook } from './address-book.js';
import type { Attribution, Finding } from './attribution.js';
import type { BriefEdge } from './brief-edges.js';
import { OTHER } from './edge-ledger.js';
import { localOf, peerOf, type End } from './endpoint.js';
import { leavesTrace } from './far-ends.js';
import { isNobody, type Listener } from './listening-set.js';
import { NOTHING_PRESUMED, type CountedEdge, type PresumedEdges } from './presumed-edges.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import { giveTo, type TrackedSocket } from './tracked-socket.js';

export interface BriefConnectionsOptions {
  readonly attribution: Attribution;
  readonly addressBook: AddressBook;
  readonly presumed: PresumedEdges;
}

/** For what the end of a connection may still wait; that which there is `no room` for does not, though a pass might tell more. */
export type Waits = 'for a pass' | 'for its other end' | 'no longer' | 'no room';

/** What becomes of an end: one that is `unpaired` waits for its other end, to which it is known as that. */
export type Settlement = 'given' | 'waits' | 'urgent' | End;

/** Finds the edges of connections that have ended before any pass could. */
export class BriefConnections {
  constructor(private readonly options: BriefConnectionsOptions) {}

  /**
   * Gives a connection that no pass has seen to its edge. There may be thousands a second of one kind, and until the
   * next pass nothing that decides about them changes, but whether the other end was heard of.
   */
  settle(namespace: TrackedNamespace, socket: TrackedSocket, now: number, waits: Waits): Settlement {
    const { protocol, localAddress, localPort } = socket;
    const isServer = namespace.listening.hasPort(protocol, localPort);
    const kind = isServer ? 'server' : 'client';
    const { attribution, addressBook } = this.options;
    const found = namespace.briefEdges.get(kind, socket);
    const client = isServer ? found?.peer : namespace;
    const isUsable = found !== undefined && this.takesMore(found, now) && !this.mayBeOfOthers(client, waits);
    const known = isUsable ? found : undefined;
    const isLocalShared = addressBook.isShared(localAddress);
    if (isLocalShared) {
      attribution.noteEnded(namespace, socket);
    }
    // What has waited may be of another that had the address before.
    if (known !== undefined && waits === 'for a pass' && attribution.isCertain(namespace, known.peer)) {
      const otherIn = this.otherIn(namespace, socket, known.peer);
      if (otherIn === known.peer) {
        socket.role = known.labels.role === 'server' ? 'server' : 'client';
        giveTo(known.tally, socket);
        return 'given';
      }
      if (otherIn === undefined && !isLocalShared) {
        return { local: localOf(socket), peer: peerOf(socket) };
      }
    }
    const finding = attribution.examine(namespace, socket);
    const verdict = this.judge(namespace, socket, finding, waits);
    if (verdict !== 'given') {
      return verdict;
    }
    if (waits !== 'for a pass') {
      attribution.noteElsewhere(namespace, finding);
    }
    const edge = this.giveToEdge(namespace, socket, finding, now, waits);
    // Who listened when something was heard that has waited since may have been followed by now.
    const isAlways =
      waits === 'for a pass' &&
      namespace.soleOccupant !== undefined &&
      socket.actual === undefined &&
      !socket.isMasqueraded &&
      !isAmbiguous(finding);
    // The ledger counts what it folds; whose a client's socket is says nothing of its others.
    if (
      isAlways &&
      !attribution.knowsOtherEnd(socket, finding) &&
      edge.labels.peer_ip !== OTHER &&
      (isServer || socket.role === 'client')
    ) {
      namespace.briefEdges.set(kind, socket, { ...edge, peer: placeOfPeer(finding) });
    }
    return 'given';
  }

  /** Gives a connection to its edge that has ended before the pass that saw it knew its edge. */
  settleSeen(namespace: TrackedNamespace, socket: TrackedSocket, now: number, waits: Waits): Settlement {
    if (waits === 'for a pass') {
      // In the middle of it, it is not known yet who else there is.
      return 'waits';
    }
    const finding = this.options.attribution.examine(namespace, socket);
    const verdict = this.judge(namespace, socket, finding, waits);
    if (verdict === 'given') {
      this.giveToEdge(namespace, socket, finding, now, waits);
    }
    return verdict;
  }

  /** Whether it can be given by what was found out. */
  private judge(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    finding: Finding,
    waits: Waits,
  ): Settlement {
    const { attribution, addressBook } = this.options;
    if (waits === 'no longer' || waits === 'no room') {
      return 'given';
    }
    const client = finding.role === 'client' ? namespace : placeOfPeer(finding);
    if (this.mayBeOfOthers(client, waits)) {
      return 'waits';
    }
    if (waits === 'for its other end') {
      return attribution.isUnpaired(socket, finding) ? 'waits' : 'given';
    }
    const clarity = attribution.clarity(namespace, socket, finding);
    if (clarity !== 'unpaired') {
      return clarity === 'clear' ? 'given' : clarity;
    }
    // Where two of this host have the address, both may have a connection between the same ports.
    return addressBook.isShared(socket.localAddress) ? 'waits' : endOf(socket, finding);
  }

  /** Whether what was dialled from there may be another's who has just joined. */
  private mayBeOfOthers(client: TrackedNamespace | undefined, waits: Waits): boolean {
    const { attribution, presumed } = this.options;
    const isSettled = waits !== 'for a pass' && presumed.isCertain;
    return client !== undefined && attribution.ownership.mayBeOfOthers(client, isSettled);
  }

  /** Where the other end is: in `peer` unless it would have left a trace there; undefined where not yet known. */
  private otherIn(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    peer: TrackedNamespace | undefined,
  ): TrackedNamespace | undefined {
    return peer !== undefined && leavesTrace(namespace, peer, socket)
      ? this.options.attribution.otherEnds.waitingAt({ local: peerOf(socket), peer: localOf(socket) })
      : peer;
  }

  private giveToEdge(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    finding: Finding,
    now: number,
    waits: Waits,
  ): CountedEdge {
    const { attribution, presumed } = this.options;
    const hasPassed = waits === 'for its other end' || waits === 'no longer';
    const inhabitants =
      hasPassed && presumed.isCertain ? undefined : attribution.inhabitantsOf(namespace, socket, finding);
    const labels = attribution.attribute(namespace, socket, finding);
    const acceptance = attribution.acceptanceOf(namespace, socket, finding);
    const edge =
      inhabitants === undefined && acceptance === undefined
        ? presumed.certain(labels, now)
        : presumed.edge(labels, { ...NOTHING_PRESUMED, ...inhabitants, acceptance }, socket.heardAt, now);
    giveTo(edge.tally, socket);
    return edge;
  }

  /** Whether what stands on a presumption has not been asked about yet. */
  private takesMore({ presumed }: BriefEdge, now: number): boolean {
    return presumed === undefined || this.options.presumed.takesMore(presumed, now);
  }
}

function endOf(socket: TrackedSocket, finding: Finding): End {
  return finding.role === 'server'
    ? { local: localOf(socket), peer: peerOf(socket) }
    : { local: finding.destination.seenAs, peer: finding.destination.reached };
}

/** What is found for one connection may be wrong for the next, whose server may be known again. */
function isAmbiguous(finding: Finding): boolean {
  if (finding.role === 'server') {
    return !finding.origin.isCertain || isNobodys(finding.listener);
  }
  const { peer } = finding.destination;
  return peer === 'ambiguous' || isNobodys(peer?.listener);
}

function isNobodys(listener: Listener | undefined): boolean {
  return listener?.owner !== undefined && isNobody(listener.owner);
}

function placeOfPeer(finding: Finding): TrackedNamespace | undefined {
  if (finding.role === 'server') {
    return finding.origin.candidates[0];
  }
  const { peer } = finding.destination;
  return peer === 'ambiguous' ? undefined : peer?.namespace;
}

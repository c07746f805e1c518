import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { IpAddress } from '../kernel/ip-address.js';
import type { SocketProtocol } from '../kernel/socket-record.js';
import { addTally, emptyTally, type EdgeLabels, type Tally } from './edge.js';
import { OTHER, keyOfEdge, overflowLabels, type EdgeLedger } from './edge-ledger.js';
import { LATE_MS } from './listening-set.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/**
 * What the labels of an edge stand on: namespaces in which one container is presumed to be alone, so that what nobody is
 * known to hold there is its own, and a listener that is presumed to have been the only one of its port.
 */
export interface Presumption {
  /** On which `container_id` stands. */
  readonly owner: TrackedNamespace | undefined;
  /** On which `peer_container_id` stands. */
  readonly peer: TrackedNamespace | undefined;
  /** On which the server stands: a server's own container and process, a client's peer. */
  readonly acceptance: Acceptance | undefined;
}

export const NOTHING_PRESUMED: Presumption = { owner: undefined, peer: undefined, acceptance: undefined };

/** What a server is named by: who listens where its connections were accepted. */
export interface Acceptance {
  readonly namespace: TrackedNamespace;
  readonly protocol: SocketProtocol;
  readonly address: IpAddress;
  readonly port: number;
  /** Whose it is all the same, if another listened there as well; undefined for whoever lives there. */
  readonly containerId: ContainerId | undefined;
}

/** Counts that are not given to their edge yet. */
export interface PresumedEdge extends Presumption {
  readonly labels: EdgeLabels;
  readonly tally: Tally;
  readonly madeAt: number;
  /** When the first was heard of that it counts. */
  heardAt: number;
  /** How many questions there had been. */
  readonly questions: number;
  /** The labels as the answer has left them; undefined before. */
  answered: EdgeLabels | undefined;
  /** How many dumps there had been by then of who listens where they were accepted. */
  readonly dumps: number;
  /** When there first was another; Infinity before. */
  dumpedAt: number;
}

/** What takes counts: an edge, or what counts in its place while it is presumed. */
export interface CountedEdge {
  readonly labels: EdgeLabels;
  readonly tally: Tally;
  /** Undefined where nothing is presumed. */
  readonly presumed: PresumedEdge | undefined;
}

interface SettledEdge {
  readonly tally: Tally;
  readonly target: Tally;
  readonly settledAt: number;
}

/**
 * Counts that stand on a presumption, kept from the edges until it is known who has joined a container by then (the
 * kernel's news may come long before the engine's) and who else has listened on the port. `ask` before the engine is
 * asked, `settle` with its answer.
 */
export class PresumedEdges {
  /** Everybody is known who had joined before the pass that is under way: nothing that waited for it is presumed. */
  isCertain = false;
  private questions = 0;
  /** Those that may take more, by what they are of. */
  private open = new Map<string, PresumedEdge>();
  private waiting: PresumedEdge[] = [];
  private settled: SettledEdge[] = [];

  constructor(
    private readonly ledger: EdgeLedger,
    private readonly countDoubtful: (connections: number) => void,
  ) {}

  /** What takes counts with those labels, of what was heard of then: while it is presumed, as long as it `takesMore`. */
  edge(labels: EdgeLabels, presumption: Presumption, heardAt: number, now: number): CountedEdge {
    const key = keyOf(labels, presumption);
    const known = this.open.get(key);
    if (known !== undefined && this.takesMore(known, heardAt)) {
      known.heardAt = Math.min(known.heardAt, heardAt);
      return { labels, tally: known.tally, presumed: known };
    }
    if (this.waiting.length >= MOST_EDGES) {
      return this.certain(unfoundedLabels({ labels, ...presumption }), now);
    }
    if (labels.peer_ip !== OTHER && !this.ledger.reserve(labels)) {
      const folded = this.ledger.fold(labels);
      const left = presumptionOfFolded(folded, presumption);
      return left === undefined ? this.certain(folded, now) : this.edge(folded, left, heardAt, now);
    }
    const { questions } = this;
    const dumps = presumption.acceptance?.namespace.listening.dumpsBefore(heardAt) ?? 0;
    const answered = presumption.owner === undefined && presumption.peer === undefined ? labels : undefined;
    const made: PresumedEdge = {
      ...{ labels, tally: emptyTally(now), madeAt: now, heardAt, questions, answered, dumps },
      ...{ dumpedAt: Infinity, ...presumption },
    };
    this.open.set(key, made);
    this.waiting.push(made);
    return { labels, tally: made.tally, presumed: made };
  }

  /** The edge itself, of which nothing is presumed. */
  certain(labels: EdgeLabels, now: number): CountedEdge {
    const edge = this.ledger.edge(labels, now);
    return { labels: edge.labels, tally: edge, presumed: undefined };
  }

  /**
   * Whether nothing has been asked about what it stands on before more was heard of. What was heard of just after a dump
   * may have been accepted by others than what comes later.
   */
  takesMore({ questions, dumps, heardAt, acceptance }: PresumedEdge, moreHeardAt: number): boolean {
    const listening = acceptance?.namespace.listening;
    return (
      questions === this.questions &&
      (listening === undefined ||
        (dumps === listening.dumpsBefore(moreHeardAt) &&
          listening.isSince(heardAt) === listening.isSince(moreHeardAt)))
    );
  }

  /** Who has joined is being asked: the answer will be good for all that was counted by now. */
  ask(): void {
    this.questions++;
  }

  /** Everybody is known who had joined when that was asked for the last time. */
  settle(now: number): void {
    for (const edge of this.waiting) {
      if (edge.questions < this.questions) {
        edge.answered ??= withoutJoined(edge);
      }
    }
    this.giveKnown(now);
  }

  /** At the end of a pass: what nobody could be asked about for too long stands on nothing. */
  expire(now: number): void {
    this.giveKnown(now);
    this.settled.forEach(drain);
    this.settled = this.settled.slice(-MOST_EDGES).filter(({ settledAt }) => now - settledAt < LATE_TALLY_MS);
  }

  /** Gives what stands on nothing any more that is not known. */
  giveKnown(now: number): void {
    const waiting: PresumedEdge[] = [];
    for (const edge of this.waiting) {
      const isOverdue = now - edge.madeAt >= LONGEST_WAIT_MS;
      if (wasDumped(edge, now, isOverdue) && (edge.answered !== undefined || isOverdue)) {
        this.give(edge, now);
      } else {
        waiting.push(edge);
      }
    }
    this.waiting = waiting;
    for (const [key, edge] of this.open) {
      if (!this.takesMore(edge, now)) {
        this.open.delete(key);
      }
    }
  }

  private give(edge: PresumedEdge, now: number): void {
    const { labels, tally, answered } = edge;
    const corrected = withKnownServer(answered ?? unfoundedLabels(edge), edge);
    const known = labels.peer_ip === OTHER ? overflowLabels(corrected) : corrected;
    const connections = tally.closed + tally.failed;
    if (isLost(known, edge)) {
      this.countDoubtful(connections);
    }
    // Who reads the rows sees it from now on, for as long as others.
    tally.lastActive = now;
    if (labels.peer_ip !== OTHER) {
      this.ledger.release(labels);
    }
    const settled = { tally, target: this.ledger.edge(known, now, connections), settledAt: now };
    drain(settled);
    this.settled.push(settled);
  }
}

const MOST_EDGES = 20_000;
/** An engine that has not answered by then is taken for one that does not run. */
const LONGEST_WAIT_MS = 20_000;
/** What the other end of a connection, or tracked flows, may add later comes within that time. */
const LATE_TALLY_MS = 180_000;

/**
 * Whether a dump, and all that was told late about the time before it, says who listened where it was accepted. In the
 * middle of a pass it may not be known whose a listener is, until it `isOverdue`.
 */
function wasDumped(edge: PresumedEdge, now: number, isOverdue: boolean): boolean {
  const { acceptance, dumps, heardAt } = edge;
  if (acceptance === undefined) {
    return true;
  }
  const { namespace, protocol, address, port } = acceptance;
  const { listening } = namespace;
  if (listening.reviewedDumps > dumps) {
    edge.dumpedAt = Math.min(edge.dumpedAt, now);
  }
  if (now - edge.dumpedAt < LATE_MS || listening.isClosed(protocol, address, port, heardAt)) {
    return false;
  }
  const listener = listening.find(protocol, address, port, heardAt);
  return isOverdue || listener === undefined || listener.owner !== undefined;
}

/** What the row stands on that says only whose the connections are; undefined for nothing. */
function presumptionOfFolded(
  { role }: EdgeLabels,
  { owner, acceptance }: Presumption,
): Presumption | undefined {
  const isShared = role === 'server' && acceptance?.namespace.soleOccupant === undefined;
  const left = { ...NOTHING_PRESUMED, owner, acceptance: isShared ? acceptance : undefined };
  return left.owner === undefined && left.acceptance === undefined ? undefined : left;
}

/** The labels as they are if nothing can be presumed. */
export function unfoundedLabels({
  labels,
  owner,
  peer,
}: Pick<Presumption, 'owner' | 'peer'> & { labels: EdgeLabels }): EdgeLabels {
  return {
    ...labels,
    ...(owner === undefined ? {} : { container_id: NO_CONTAINER, process: '' }),
    ...(peer === undefined ? {} : { peer_container_id: NO_CONTAINER, peer_process: '' }),
  };
}

/** Without what was presumed of containers that turned out not to be alone. */
function withoutJoined({ labels, owner, peer }: PresumedEdge): EdgeLabels {
  const isOwner = owner?.soleOccupant === labels.container_id;
  const isPeer = peer?.soleOccupant === labels.peer_container_id;
  return unfoundedLabels({
    labels,
    owner: isOwner ? undefined : owner,
    peer: isPeer ? undefined : peer,
  });
}

/** With the server that all have in common who may have accepted it. */
function withKnownServer(labels: EdgeLabels, { acceptance, heardAt }: PresumedEdge): EdgeLabels {
  if (acceptance === undefined) {
    return labels;
  }
  const { namespace, protocol, address, port, containerId } = acceptance;
  const listening = namespace.listening.find(protocol, address, port, heardAt)?.owner;
  const isServer = labels.role === 'server';
  const presumed = isServer ? labels.container_id : labels.peer_container_id;
  const server =
    listening?.containerId === presumed
      ? { id: presumed, process: listening.process }
      : { id: containerId ?? namespace.presumedAcceptor(listening), process: '' };
  return isServer
    ? { ...labels, container_id: server.id, process: server.process }
    : { ...labels, peer_container_id: server.id, peer_process: server.process };
}

/** Whether it is not known any more whose its own end is, which may be another container's. */
function isLost(known: EdgeLabels, { labels, acceptance }: PresumedEdge): boolean {
  const isShared = labels.role === 'server' && acceptance?.namespace.soleOccupant === undefined;
  return (
    known.container_id !== labels.container_id ||
    (acceptance !== undefined && isShared && known.process === '' && labels.process !== '')
  );
}

/** NUL is in no name. */
function keyOf(labels: EdgeLabels, { owner, peer, acceptance }: Presumption): string {
  const places = [owner?.inode, peer?.inode, acceptance?.namespace.inode, acceptance?.address];
  return `${keyOfEdge(labels)}\0${places.join(' ')} ${acceptance?.port} ${acceptance?.containerId}`;
}

/** Moves what was counted to the edge it belongs to. */
function drain({ tally, target }: SettledEdge): void {
  addTally(target, tally);
  Object.assign(tally, emptyTally(tally.lastActive));
}

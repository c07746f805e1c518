import { NO_CONTAINER } from '../contract/ids.js';
import { addTally, emptyTally, type EdgeLabels, type Tally } from './edge.js';
import type { EdgeLedger } from './edge-ledger.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/** Namespaces in which one container is presumed to be alone, so that what nobody is known to hold there is its own. */
export interface Presumption {
  /** On which `container_id` stands. */
  readonly owner: TrackedNamespace | undefined;
  /** On which `peer_container_id` stands. */
  readonly peer: TrackedNamespace | undefined;
}

interface PresumedEdge extends Presumption {
  readonly labels: EdgeLabels;
  readonly tally: Tally;
  readonly madeAt: number;
}

interface SettledEdge {
  readonly tally: Tally;
  readonly target: Tally;
  readonly settledAt: number;
}

/**
 * Counts that stand on a presumption, kept from the edges until it is known who has joined a container by then: the
 * kernel's news may come long before the engine's. `ask` before the question, `settle` with its answer.
 */
export class PresumedEdges {
  /** Everybody is known who had joined before the pass that is under way: nothing that waited for it is presumed. */
  isCertain = false;
  /** How many questions there were; what was made before a question must take nothing after it. */
  questions = 0;
  private young: PresumedEdge[] = [];
  private asked: PresumedEdge[] = [];
  private settled: SettledEdge[] = [];

  constructor(
    private readonly ledger: EdgeLedger,
    private readonly countDoubtful: (connections: number) => void,
  ) {}

  /** Takes counts until the next question; undefined when there is no room. */
  open(labels: EdgeLabels, presumption: Presumption, now: number): Tally | undefined {
    if (this.young.length + this.asked.length >= MOST_EDGES) {
      return undefined;
    }
    const tally = emptyTally(now);
    this.young.push({ labels, tally, madeAt: now, ...presumption });
    return tally;
  }

  /** Who has joined is being asked: the answer will be good for all that was counted by now. */
  ask(): void {
    this.questions++;
    this.asked.push(...this.young);
    this.young = [];
  }

  /** Everybody is known who had joined when that was asked for the last time. */
  settle(now: number): void {
    const { asked } = this;
    this.asked = [];
    asked.forEach((edge) => this.give(edge, now, correctedLabels(edge)));
  }

  /** At the end of a pass: what nobody could be asked about for too long stands on nothing. */
  expire(now: number): void {
    const overdue = this.asked.filter(({ madeAt }) => now - madeAt >= LONGEST_WAIT_MS);
    if (overdue.length > 0) {
      this.asked = this.asked.filter(({ madeAt }) => now - madeAt < LONGEST_WAIT_MS);
      overdue.forEach((edge) => this.give(edge, now, unfoundedLabels(edge)));
    }
    this.settled.forEach(drain);
    this.settled = this.settled.slice(-MOST_EDGES).filter(({ settledAt }) => now - settledAt < LATE_MS);
  }

  private give({ labels, tally }: PresumedEdge, now: number, known: EdgeLabels): void {
    const connections = tally.closed + tally.failed;
    if (known.container_id !== labels.container_id) {
      this.countDoubtful(connections);
    }
    // Who reads the rows sees it from now on, for as long as others.
    tally.lastActive = now;
    const settled = { tally, target: this.ledger.edge(known, now, connections), settledAt: now };
    drain(settled);
    this.settled.push(settled);
  }
}

const MOST_EDGES = 20_000;
/** An engine that has not answered by then is taken for one that does not run. */
const LONGEST_WAIT_MS = 20_000;
/** What the other end of a connection, or tracked flows, may add later comes within that time. */
const LATE_MS = 180_000;

/** The labels as they are if nothing can be presumed. */
export function unfoundedLabels({ labels, owner, peer }: Presumption & { labels: EdgeLabels }): EdgeLabels {
  return {
    ...labels,
    ...(owner === undefined ? {} : { container_id: NO_CONTAINER, process: '' }),
    ...(peer === undefined ? {} : { peer_container_id: NO_CONTAINER, peer_process: '' }),
  };
}

/** Without what was presumed of containers that turned out not to be alone. */
function correctedLabels({ labels, owner, peer }: PresumedEdge): EdgeLabels {
  const isOwner = owner?.soleOccupant === labels.container_id;
  const isPeer = peer?.soleOccupant === labels.peer_container_id;
  return unfoundedLabels({
    labels,
    owner: isOwner ? undefined : owner,
    peer: isPeer ? undefined : peer,
  });
}

/** Moves what was counted to the edge it belongs to. */
function drain({ tally, target }: SettledEdge): void {
  addTally(target, tally);
  Object.assign(tally, emptyTally(tally.lastActive));
}

import { compareIds, connectedIds, type LayoutGraph, type Point, type Positions } from './graph';
import { Occupancy } from './occupancy';

/** Where a book is kept between page loads: `window.localStorage`, or nothing where it is forbidden. */
export type BookStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

interface Entry extends Point {
  /** Milliseconds since the epoch. */
  readonly seen: number;
  /** Put there by the user. */
  readonly pinned: boolean;
  /** It had no edges when it got its place, which then tells nothing about where it belongs. */
  readonly loose: boolean;
}

/** The place of a node that is gone is kept so long, so that a restart does not reshuffle the picture. */
const KEEP_MS = 24 * 60 * 60 * 1000;
/** Two nodes nearer than this stand on each other: who came while the other was away has its place. */
const CLASH = 48;
const MOST_ENTRIES = 20_000;
/** When nothing moved, the book is written only to note who was seen lately. */
const NOTE_SEEN_MS = 10 * 60 * 1000;
/** Below this share of nodes with a known place the picture is laid out anew. */
const ENOUGH_KNOWN = 0.5;

/** What has to be done for a graph to be drawn. */
export type Plan =
  | { readonly kind: 'ready'; readonly positions: Positions }
  | { readonly kind: 'place'; readonly known: Positions }
  | { readonly kind: 'layout'; readonly earlier: Positions };

/** Remembers where every node of one panel's view stands. */
export class PositionBook {
  #entries: Map<string, Entry>;
  #savedAt = -Infinity;

  /**
   * @param key Names the panel and the view.
   * @param now Milliseconds since the epoch.
   */
  constructor(
    private readonly storage: BookStorage | undefined,
    private readonly key: string,
    private readonly now: () => number,
  ) {
    this.#entries = read(storage, key);
  }

  /**
   * The same or fewer nodes need no layout at all; a few new ones a place each; many a new picture. Nodes that stand
   * in the grid of the unconnected and have edges now count as new, but are left there when they are few: who looks
   * at the picture must find again what was there.
   */
  plan(graph: LayoutGraph): Plan {
    const connected = connectedIds(graph);
    const known = new Map<string, Point>();
    const taken = new Occupancy(CLASH, CLASH);
    let settled = 0;
    let settledConnected = 0;
    for (const { id, entry } of this.#latestFirst(graph)) {
      if (entry.pinned || taken.isFree(entry)) {
        if (!entry.pinned) {
          taken.take(entry);
        }
        known.set(id, { x: entry.x, y: entry.y });
        const belongs = entry.pinned || !entry.loose || !connected.has(id);
        settled += belongs ? 1 : 0;
        settledConnected += belongs && connected.has(id) ? 1 : 0;
      }
    }
    const enough =
      settled >= graph.nodes.length * ENOUGH_KNOWN && settledConnected >= connected.size * ENOUGH_KNOWN;
    if (!enough) {
      return { kind: 'layout', earlier: known };
    }
    return known.size === graph.nodes.length ? { kind: 'ready', positions: known } : { kind: 'place', known };
  }

  /** What is known of the graph's nodes; who was away longest comes last, and finds its place taken. */
  #latestFirst({ nodes }: LayoutGraph): { readonly id: string; readonly entry: Entry }[] {
    return nodes
      .flatMap(({ id }) => {
        const entry = this.#entries.get(id);
        return entry ? [{ id, entry }] : [];
      })
      .sort((a, b) => b.entry.seen - a.entry.seen || compareIds(a.id, b.id));
  }

  /** Writes down where the nodes of this graph stand now; pinned ones stay where they are. */
  record(graph: LayoutGraph, positions: Positions): void {
    const connected = connectedIds(graph);
    const seen = this.now();
    let changed = false;
    for (const { id } of graph.nodes) {
      const point = positions.get(id);
      const entry = this.#entries.get(id);
      if (point) {
        const place = entry?.pinned ? entry : point;
        const moved = entry?.x !== place.x || entry.y !== place.y;
        const loose = moved ? !connected.has(id) : entry.loose;
        changed ||= moved;
        this.#entries.set(id, { x: place.x, y: place.y, seen, pinned: entry?.pinned ?? false, loose });
      }
    }
    this.#forgetOld(seen);
    if (changed || seen - this.#savedAt > NOTE_SEEN_MS) {
      this.#save();
    }
  }

  /** The user put a node there. */
  pin(id: string, { x, y }: Point): void {
    this.#entries.set(id, { x, y, seen: this.now(), pinned: true, loose: false });
    this.#save();
  }

  /** Places that the user chose. */
  pinned(): Map<string, Point> {
    const pinned = [...this.#entries].filter(([, entry]) => entry.pinned);
    return new Map(pinned.map(([id, { x, y }]) => [id, { x, y }]));
  }

  /** Forgets everything, the user's own places included: the next plan is a new layout. */
  clear(): void {
    this.#entries.clear();
    this.#save();
  }

  #forgetOld(now: number): void {
    const kept = [...this.#entries].filter(([, { seen, pinned }]) => pinned || now - seen < KEEP_MS);
    if (kept.length > MOST_ENTRIES) {
      kept.sort(([, a], [, b]) => b.seen - a.seen);
      kept.length = MOST_ENTRIES;
    }
    this.#entries = new Map(kept);
  }

  /** A full or forbidden storage costs the memory across reloads and nothing else. */
  #save(): void {
    this.#savedAt = this.now();
    const rows = [...this.#entries].map(([id, { x, y, seen, pinned, loose }]) => [
      id,
      Math.round(x * 10) / 10,
      Math.round(y * 10) / 10,
      seen,
      (pinned ? 1 : 0) + (loose ? 2 : 0),
    ]);
    try {
      this.storage?.setItem(this.key, JSON.stringify(rows));
    } catch {
      this.storage?.removeItem(this.key);
    }
  }
}

/** What is not of our shape is as good as nothing: the picture is then laid out anew. */
function read(storage: BookStorage | undefined, key: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const row of parseRows(storage, key)) {
    if (Array.isArray(row)) {
      const [id, x, y, seen, flags] = row as unknown[];
      if (
        typeof id === 'string' &&
        typeof x === 'number' &&
        typeof y === 'number' &&
        typeof seen === 'number' &&
        typeof flags === 'number'
      ) {
        entries.set(id, { x, y, seen, pinned: (flags & 1) !== 0, loose: (flags & 2) !== 0 });
      }
    }
  }
  return entries;
}

function parseRows(storage: BookStorage | undefined, key: string): unknown[] {
  try {
    const rows: unknown = JSON.parse(storage?.getItem(key) ?? '[]');
    return Array.isArray(rows) ? rows : [];
  } catch {
    return [];
  }
}

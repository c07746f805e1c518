import type { Connection } from './connections';
import { sortedById } from './order';
import { ROWS_A_STEP, type Steps } from './steps';

/** The rows between two nodes. */
interface Pair {
  readonly source: string;
  readonly target: string;
  readonly rows: Connection[];
}

interface Source {
  /** Ids hold no `>` of their own, so that sorting by this and then by target is sorting by the ids of edges. */
  readonly id: `${string}>`;
  readonly targets: Map<string, Pair & { readonly id: string }>;
}

/** Most have a few targets. */
const SOURCES_A_STEP = ROWS_A_STEP / 4;

/** Rows by the pair of nodes that they are between. */
export class Pairs {
  readonly #sources = new Map<string, Source>();

  add(source: string, target: string, row: Connection): void {
    let from = this.#sources.get(source);
    if (from === undefined) {
      from = { id: `${source}>`, targets: new Map() };
      this.#sources.set(source, from);
    }
    const pair = from.targets.get(target);
    if (pair === undefined) {
      from.targets.set(target, { id: target, source, target, rows: [row] });
    } else {
      pair.rows.push(row);
    }
  }

  /** In the order of the ids that their edges have. */
  *sorted(): Steps<Pair[]> {
    const pairs: Pair[] = [];
    let sources = 0;
    for (const { targets } of yield* sortedById([...this.#sources.values()])) {
      if (++sources % SOURCES_A_STEP === 0) {
        yield;
      }
      for (const pair of yield* sortedById([...targets.values()])) {
        pairs.push(pair);
      }
    }
    return pairs;
  }
}

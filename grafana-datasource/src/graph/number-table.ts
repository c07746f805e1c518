import { containerKey } from './containers';
import { ROWS_A_STEP, type Steps } from './steps';
import { label, sample, type Vector } from './vector';

interface Row {
  readonly host: string;
  readonly container: string;
  readonly place: number;
  readonly numbers: number[];
}

/** Numbers of containers, those of several answers side by side: they are looked up at once. */
export class NumberTable {
  readonly #rows: Row[] = [];
  readonly #byKey = new Map<string, Row>();
  readonly #width: number;

  /** @param width how many numbers a container has */
  constructor(width: number) {
    this.#width = width;
  }

  /**
   * Adds an answer as a column. Of rows of one container, the greatest number counts.
   *
   * @param part a label and its value: of other rows nothing is taken
   */
  *add(
    column: number,
    vector: Vector | undefined,
    part?: readonly [name: string, value: string],
  ): Steps<void> {
    if (vector === undefined) {
      return;
    }
    const [host, container] = [label(vector, 'host'), label(vector, 'container_id')];
    const partOf = part === undefined ? undefined : label(vector, part[0]);
    let place = 0;
    for (let index = 0; index < vector.size; index++) {
      const number = sample(vector, index);
      if (number !== undefined && (partOf === undefined || partOf(index) === part?.[1])) {
        const row = this.#find(host(index), container(index), place);
        row.numbers[column] = Math.max(number, orLeast(row.numbers[column]));
        place = row.place;
      }
      if (index % ROWS_A_STEP === 0) {
        yield;
      }
    }
  }

  /** A container's numbers by its `host/container_id`, in the order of the columns; NaN where nothing is known. */
  of(key: string): readonly number[] {
    return this.#byKey.get(key)?.numbers ?? NOTHING;
  }

  /** Answers mostly tell of containers in one order: the row at the guess, or the one after it, is likely to be it. */
  #find(host: string, container: string, guess: number): Row {
    for (let place = guess; place < guess + 2; place++) {
      const row = this.#rows[place];
      if (row?.container === container && row.host === host) {
        return row;
      }
    }
    const key = containerKey(host, container);
    let row = this.#byKey.get(key);
    if (row === undefined) {
      const numbers = new Array<number>(this.#width).fill(NaN);
      row = { host, container, place: this.#rows.length, numbers };
      this.#rows.push(row);
      this.#byKey.set(key, row);
    }
    return row;
  }
}

const NOTHING: readonly number[] = [];

/** A number of a table, where it is known. */
export function known(number: number | undefined): number | undefined {
  return number === undefined || Number.isNaN(number) ? undefined : number;
}

function orLeast(number: number | undefined): number {
  return known(number) ?? -Infinity;
}

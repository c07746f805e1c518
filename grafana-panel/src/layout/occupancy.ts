import type { Point } from './graph';
import { SLOT } from './spacing';

/** How far a search for a free place goes, in half slots. */
const REACH = 160;

/** Which places are taken: a node takes a box of the given size round its centre. */
export class Occupancy {
  readonly #cells = new Map<string, Point[]>();
  readonly #width: number;
  readonly #height: number;

  constructor(width: number = SLOT.width, height: number = SLOT.height) {
    this.#width = width;
    this.#height = height;
  }

  take(point: Point): void {
    const key = this.#key(point.x, point.y, 0, 0);
    const cell = this.#cells.get(key);
    if (cell) {
      cell.push(point);
    } else {
      this.#cells.set(key, [point]);
    }
  }

  isFree({ x, y }: Point): boolean {
    for (let column = -1; column <= 1; column++) {
      for (let row = -1; row <= 1; row++) {
        for (const taken of this.#cells.get(this.#key(x, y, column, row)) ?? []) {
          if (Math.abs(taken.x - x) < this.#width - 0.5 && Math.abs(taken.y - y) < this.#height - 0.5) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /**
   * The free place nearest to the wanted one, and marks it as taken.
   *
   * @param stretch How much dearer a step along x is than one along y: above 1 keeps a newcomer in its column.
   */
  takeNearest(wanted: Point, stretch = 1): Point {
    for (let ring = 0; ring <= REACH; ring++) {
      let best: Point | undefined;
      let least = Infinity;
      for (const [column, row] of ringOffsets(ring)) {
        const point = { x: wanted.x + (column * this.#width) / 2, y: wanted.y + (row * this.#height) / 2 };
        const cost = Math.hypot((point.x - wanted.x) * stretch, point.y - wanted.y);
        if (cost < least && this.isFree(point)) {
          best = point;
          least = cost;
        }
      }
      if (best) {
        this.take(best);
        return best;
      }
    }
    this.take(wanted);
    return wanted;
  }

  #key(x: number, y: number, column: number, row: number): string {
    return `${Math.floor(x / this.#width) + column}:${Math.floor(y / this.#height) + row}`;
  }
}

/** The cells on the square ring of that radius. */
function* ringOffsets(ring: number): Generator<readonly [number, number]> {
  if (ring === 0) {
    yield [0, 0];
    return;
  }
  for (let at = -ring; at <= ring; at++) {
    yield [at, -ring];
    yield [at, ring];
  }
  for (let at = -ring + 1; at < ring; at++) {
    yield [-ring, at];
    yield [ring, at];
  }
}

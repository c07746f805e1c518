import type { Tally } from './edge.js';
import type { TrackedSocket } from './tracked-socket.js';

/**
 * What the last pass has seen of a namespace's sockets, in the order in which the kernel listed them. It lists them in
 * that order again, and most have not moved: numbers that lie side by side say so, where as many objects from all over
 * the memory would cost more than the dump. A pass is: `repeat`, else `expect` and `add`, for each socket, then `turn`.
 */
export class SeenSockets {
  private earlier = new Rows();
  private latest = new Rows();
  /** The earlier row that is expected next. */
  private next = 0;

  /** How many the current pass has found. */
  get found(): number {
    return this.latest.count;
  }

  /** The tally of the socket that is expected next, when it is that one and nothing has moved; it is then found. */
  repeat(cookie: number, state: number, segments: number): Tally | undefined {
    const { earlier, next } = this;
    if (!earlier.is(next, cookie, state, segments)) {
      return undefined;
    }
    this.next = next + 1;
    return this.latest.copy(earlier, next);
  }

  /** The socket with that cookie, when it is expected about now; else it has to be looked up. */
  expect(cookie: number): TrackedSocket | undefined {
    const { earlier, next } = this;
    const end = Math.min(next + WINDOW, earlier.count);
    for (let row = next; row < end; row++) {
      if (earlier.cookieOf(row) === cookie) {
        this.next = row + 1;
        return earlier.sockets[row];
      }
    }
    return undefined;
  }

  /** Notes as found what `repeat` did not. */
  add(socket: TrackedSocket, state: number, segments: number): void {
    // Until it has its edge, its tally is one that it will not keep.
    this.latest.add(socket, state, socket.settled ? segments : Number.NaN);
  }

  /** What the current pass has found. */
  sockets(): readonly TrackedSocket[] {
    return this.latest.sockets.slice(0, this.latest.count);
  }

  /** At the end of a pass. */
  turn(): void {
    this.latest.trim();
    [this.earlier, this.latest] = [this.latest, this.earlier];
    this.latest.count = 0;
    this.next = 0;
  }
}

/** How many sockets that have ended since may stand in the way of the next. */
const WINDOW = 32;
/** Numbers of a row: cookie, state, segments; NaN where nothing is to compare equal. */
const NUMBERS = 3;

class Rows {
  count = 0;
  readonly sockets: TrackedSocket[] = [];
  private readonly tallies: Tally[] = [];
  private numbers = new Float64Array(16 * NUMBERS);

  is(row: number, cookie: number, state: number, segments: number): boolean {
    const { numbers } = this;
    const at = row * NUMBERS;
    return (
      row < this.count && numbers[at] === cookie && numbers[at + 1] === state && numbers[at + 2] === segments
    );
  }

  cookieOf(row: number): number | undefined {
    return this.numbers[row * NUMBERS];
  }

  /** Takes over a row of another, and returns its tally. */
  copy(other: Rows, row: number): Tally | undefined {
    const socket = other.sockets[row];
    const tally = other.tallies[row];
    if (socket !== undefined && tally !== undefined) {
      const from = row * NUMBERS;
      const { numbers } = other;
      this.write(socket, tally, numbers[from] ?? 0, numbers[from + 1] ?? 0, numbers[from + 2] ?? 0);
    }
    return tally;
  }

  add(socket: TrackedSocket, state: number, segments: number): void {
    this.write(socket, socket.tally, socket.cookie, state, segments);
  }

  /** Lets go of sockets that are no longer in it. */
  trim(): void {
    this.sockets.length = this.count;
    this.tallies.length = this.count;
  }

  private write(socket: TrackedSocket, tally: Tally, cookie: number, state: number, segments: number): void {
    const at = this.count * NUMBERS;
    if (at >= this.numbers.length) {
      const grown = new Float64Array(this.numbers.length * 2);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    const { numbers } = this;
    numbers[at] = cookie;
    numbers[at + 1] = state;
    numbers[at + 2] = segments;
    this.sockets[this.count] = socket;
    this.tallies[this.count] = tally;
    this.count++;
  }
}

/** When something is looked at: `at once` also where as many are under way as may be. */
type Turn = 'in turn' | 'at once';

interface Waiting {
  turn: Turn;
  readonly looked: Promise<void>;
  readonly settle: (outcome: Promise<void>) => void;
}

/**
 * Looks at things that change: some at the same time, but each thing only once at a time, and again when it has changed
 * meanwhile. However often it changes before its turn, it is looked at once.
 */
export class ChangeQueue {
  private readonly waiting = new Map<string, Waiting>();
  private readonly underWay = new Set<string>();
  private isClosed = false;

  constructor(
    /** How many may be under way when another begins in its turn. */
    private readonly most: number,
    private readonly look: (id: string) => Promise<void>,
  ) {}

  /** Resolves when it has been looked at, or never will be; rejects when that has failed. */
  add(id: string, turn: Turn = 'in turn'): Promise<void> {
    if (this.isClosed) {
      return Promise.resolve();
    }
    let entry = this.waiting.get(id);
    if (entry === undefined) {
      const { promise, resolve } = withResolver();
      entry = { turn, looked: promise, settle: resolve };
      this.waiting.set(id, entry);
    } else if (turn === 'at once') {
      entry.turn = turn;
    }
    this.begin(id, entry);
    return entry.looked;
  }

  /** Begins nothing more. */
  close(): void {
    this.isClosed = true;
    this.waiting.forEach(({ settle }) => settle(Promise.resolve()));
    this.waiting.clear();
  }

  private begin(id: string, { turn, settle }: Waiting): void {
    if (this.isClosed || this.underWay.has(id) || (turn === 'in turn' && this.underWay.size >= this.most)) {
      return;
    }
    this.waiting.delete(id);
    this.underWay.add(id);
    const looked = this.look(id);
    settle(looked);
    const end = () => {
      this.underWay.delete(id);
      this.beginNext(id);
    };
    looked.then(end, end);
  }

  private beginNext(ended: string): void {
    const again = this.waiting.get(ended);
    if (again !== undefined) {
      this.begin(ended, again);
    }
    for (const [id, entry] of this.waiting) {
      if (this.underWay.size >= this.most) {
        return;
      }
      this.begin(id, entry);
    }
  }
}

function withResolver(): { promise: Promise<void>; resolve: (outcome: Promise<void>) => void } {
  let resolve: (outcome: Promise<void>) => void = () => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

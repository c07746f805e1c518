import type { Attempt, AuditLog, Ending } from '../audit/audit-log.js';
import type { ActionName } from '../protocol/action.js';

/** A list that somebody looks at is asked for every two seconds, or slower on a busy machine. */
const QUIET_MS = 10_000;
/** A look that goes on is told of again, so that what is read of the log is never older. */
const LONGEST_MS = 60 * 60_000;

const REPEATED: ReadonlySet<ActionName> = new Set(['top']);

/** What panels ask for again and again while somebody looks. */
export function isRepeated({ action }: Attempt): boolean {
  return action !== undefined && REPEATED.has(action);
}

/** A look that was written down; its questions bear the id of the first. */
export interface Look {
  readonly id: string;
  /** Tells how a question ended; resolves with how many milliseconds it took. */
  readonly end: (ending: Ending) => Promise<number>;
}

type Write = (ending: Ending) => Promise<number>;

interface OpenLook {
  readonly id: string;
  readonly startedAt: number;
  readonly write: Promise<Write>;
  running: number;
  count: number;
  failed: number;
  last: Ending;
  /** When the last question ended. */
  endedAt: number;
  timer: NodeJS.Timeout | undefined;
  isClosed: boolean;
}

/**
 * Writes down what one user asks of one target again and again as one attempt: a line before the first question, and
 * one with their number when there were no more for a while. Otherwise who looks for what was done would drown in it.
 */
export class RepeatedLooks {
  readonly #audit: AuditLog;
  readonly #quietMs: number;
  readonly #failed: (error: unknown) => void;
  readonly #open = new Map<string, OpenLook>();

  /** @param failed is told when the end of a look cannot be written down */
  constructor(audit: AuditLog, failed: (error: unknown) => void, quietMs = QUIET_MS) {
    this.#audit = audit;
    this.#failed = failed;
    this.#quietMs = quietMs;
  }

  /** Resolves when the beginning of the look is on the disk. Throws `audit-failed` when it cannot be written. */
  async start(attempt: Attempt): Promise<Look> {
    const key = keyOf(attempt);
    const open = this.#open.get(key);
    if (open !== undefined && !this.#goesOn(open)) {
      void this.#close(key, open);
    }
    const look = this.#open.get(key) ?? this.#begin(key, attempt);
    clearTimeout(look.timer);
    look.running += 1;
    const startedAt = performance.now();
    try {
      await look.write;
    } catch (error) {
      this.#open.delete(key);
      throw error;
    }
    return {
      id: look.id,
      end: (ending) => {
        look.running -= 1;
        look.count += 1;
        look.failed += ending.outcome === 'failed' ? 1 : 0;
        look.last = ending;
        look.endedAt = performance.now();
        if (look.running === 0 && !look.isClosed) {
          look.timer = setTimeout(() => void this.#close(key, look), this.#quietMs);
          look.timer.unref();
        }
        return Promise.resolve(Math.round(look.endedAt - startedAt));
      },
    };
  }

  /** Writes the end of every look. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map(([key, look]) => this.#close(key, look)));
  }

  /** Nothing is done while it cannot be written down: the next line then says so. */
  #goesOn({ running, startedAt }: OpenLook): boolean {
    return this.#audit.isWritable && (running > 0 || performance.now() - startedAt < LONGEST_MS);
  }

  #begin(key: string, attempt: Attempt): OpenLook {
    const look: OpenLook = {
      id: attempt.id,
      startedAt: performance.now(),
      write: this.#audit.started(attempt),
      running: 0,
      count: 0,
      failed: 0,
      last: { outcome: 'done' },
      endedAt: performance.now(),
      timer: undefined,
      isClosed: false,
    };
    this.#open.set(key, look);
    return look;
  }

  async #close(key: string, look: OpenLook): Promise<void> {
    clearTimeout(look.timer);
    if (look.isClosed) {
      return;
    }
    look.isClosed = true;
    if (this.#open.get(key) === look) {
      this.#open.delete(key);
    }
    const { count, failed, last, startedAt, endedAt } = look;
    try {
      const write = await look.write;
      await write({
        ...last,
        count,
        ...(failed === 0 ? {} : { failed }),
        durationMs: Math.round(endedAt - startedAt),
      });
    } catch (error) {
      this.#failed(error);
    }
  }
}

function keyOf({ user, role, tier, address, forwardedFor, action, host, container }: Attempt): string {
  return JSON.stringify([user, role, tier, address, forwardedFor, action, host, container]);
}

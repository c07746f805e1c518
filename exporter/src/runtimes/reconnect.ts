import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, FollowedRuntime, RuntimeLog } from './container.js';
import type { SwarmService } from './swarm-services.js';

export interface ReconnectOptions {
  /** What the log calls it before anything is known. */
  readonly socketPath: string;
  /** Written by `follow`; it stays while the runtime does not answer. */
  readonly known: KnownOfRuntime;
  /** One connection's life. Calls `connected` once what it lists is complete; returns or throws when it ends. */
  readonly follow: (connected: () => void, closing: AbortSignal) => Promise<void>;
  /** Turns what `follow` threw into a sentence for the user. */
  readonly explain: (error: unknown) => Error;
  readonly log: RuntimeLog;
  /** The first wait before trying again, doubled to {@link LONGEST_WAIT_MS}. */
  readonly shortestWaitMs?: number | undefined;
}

/** What `follow` has learnt so far. */
export interface KnownOfRuntime {
  name: string;
  containers: readonly Container[];
  services?: readonly SwarmService[];
  readonly isMaking?: boolean;
  readonly settle: () => Promise<void>;
}

const LONGEST_WAIT_MS = 30_000;

/**
 * A runtime that is followed for good: tries again after 1, 2, 4 … 30 seconds, and says each new problem once, however
 * often it tries.
 */
export function reconnect(options: ReconnectOptions): FollowedRuntime {
  const { socketPath, known, follow, explain, log, shortestWaitMs = 1_000 } = options;
  const closing = new AbortController();
  let problem: Error | undefined = new Error(`The container runtime at ${socketPath} has not answered yet`);
  let firstAttemptDone = () => {
    // replaced below, before anything can call it
  };
  const firstAttempt = new Promise<void>((resolve) => {
    firstAttemptDone = resolve;
  });
  const finished = followForGood();

  return {
    get name() {
      return known.name;
    },
    socketPath,
    firstAttempt,
    containers: () => known.containers,
    services: () => known.services ?? [],
    isMaking: () => known.isMaking ?? false,
    settle: known.settle,
    problem: () => problem,
    async close() {
      closing.abort();
      await finished;
    },
  };

  async function followForGood(): Promise<void> {
    let waitMs = shortestWaitMs;
    while (!closing.signal.aborted) {
      try {
        await follow(() => {
          waitMs = shortestWaitMs;
          problem = undefined;
          firstAttemptDone();
        }, closing.signal);
      } catch (error) {
        report(explain(error));
      }
      firstAttemptDone();
      await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  function report(found: Error): void {
    if (!closing.signal.aborted && problem?.message !== found.message) {
      log.warn(found.message);
    }
    problem = found;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start-error.js';

const POLL_MS = 200;

/** Resolves when the address answers 2xx; throws a StartError with the last answer when the time is over. */
export async function waitUntilReady(
  what: string,
  url: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  let last = 'no answer';
  for (const end = Date.now() + timeoutMs; Date.now() < end;) {
    signal.throwIfAborted();
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      if (response.ok) {
        return;
      }
      last = `status ${response.status}`;
    } catch (error) {
      last = (error as { cause?: Error }).cause?.message ?? (error as Error).message;
    }
    await sleep(POLL_MS);
  }
  throw new StartError(`${what} does not answer at ${url} after ${Math.round(timeoutMs / 1000)} s: ${last}`);
}

/** A computation that pauses now and then: run it to its end at once, or in slices that leave the page responsive. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** How many rows are handled between two pauses. */
export const ROWS_A_STEP = 256;

export function complete<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

/** How long a slice may last in a browser, in milliseconds: half a frame. */
export const SLICE_MS = 8;

export interface Slicing {
  /** Milliseconds, from any origin. */
  readonly now: () => number;
  /** Lets the page handle what waits. */
  readonly pause: () => Promise<void>;
  /** How long a slice may last, in milliseconds. */
  readonly budget: number;
  /** Gives up between two slices: rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export async function inSlices<Result>(steps: Steps<Result>, slicing: Slicing): Promise<Result> {
  const { now, pause, budget, signal } = slicing;
  let end = now() + budget;
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    if (now() >= end) {
      await pause();
      signal?.throwIfAborted();
      end = now() + budget;
    }
  }
}

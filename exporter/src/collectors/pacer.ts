/** Lets the event loop run whenever a slice of time is used up; `now` is in milliseconds. */
export function pacer(now: () => number): () => Promise<void> {
  let sliceEnd = now() + SLICE_MS;
  return async () => {
    if (now() >= sliceEnd) {
      await new Promise((resolve) => setImmediate(resolve));
      sliceEnd = now() + SLICE_MS;
    }
  };
}

const SLICE_MS = 8;

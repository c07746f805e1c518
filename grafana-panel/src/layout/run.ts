import type { LayoutGraph, Point } from './graph';
import { layout, type LayoutOptions } from './layout';

/** A picture that is still forming is shown at most so often, in milliseconds. */
const SHOW_EVERY_MS = 400;

/**
 * Runs a layout with a pause after every step, so that a message or a frame gets its turn.
 *
 * @param now Milliseconds, of any origin.
 * @throws The signal's reason once it is aborted.
 */
export async function runLayout(
  graph: LayoutGraph,
  options: LayoutOptions,
  onForming: (positions: Map<string, Point>) => void,
  signal: AbortSignal,
  now: () => number,
): Promise<Map<string, Point>> {
  const steps = layout(graph, options);
  let shown = now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) {
      return step.value;
    }
    if (now() - shown >= SHOW_EVERY_MS) {
      onForming(step.value);
      shown = now();
    }
    await nextTask();
    signal.throwIfAborted();
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

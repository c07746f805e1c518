/**
 * True while a counter has grown within the window. `increase` compares samples, so it misses a counter that came
 * into being with its first value above zero: that one counts whole.
 */
export function hasGrown(counter: string, window: string): string {
  return `increase(${counter}[${window}]) > 0 or (${counter} > 0 unless ${counter} offset ${window})`;
}

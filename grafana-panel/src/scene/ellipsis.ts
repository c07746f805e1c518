/** Width of a text in CSS pixels. */
export type Measure = (text: string) => number;

/**
 * The text, or as much of its two ends as fits: names that share their beginning (`shop-web-1`, `shop-web-2`) stay
 * apart. Empty when not even two letters fit.
 */
export function ellipsize(text: string, room: number, measure: Measure): string {
  if (measure(text) <= room) {
    return text;
  }
  const letters = Array.from(text);
  let fits = 0;
  for (let low = 1, high = letters.length - 1; low <= high;) {
    const middle = (low + high) >> 1;
    if (measure(shortened(letters, middle)) <= room) {
      fits = middle;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return fits >= 2 ? shortened(letters, fits) : '';
}

function shortened(letters: readonly string[], kept: number): string {
  const head = Math.ceil(kept * 0.6);
  const tail = kept - head;
  return `${letters.slice(0, head).join('').trimEnd()}…${tail > 0 ? letters.slice(-tail).join('').trimStart() : ''}`;
}

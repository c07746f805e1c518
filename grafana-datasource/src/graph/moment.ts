import { durationSeconds } from '../promql/rate-window';

/** A text names no moment. */
export class MomentError extends Error {
  override readonly name = 'MomentError';
}

/**
 * The moment that a text names, in milliseconds since the epoch: itself in such milliseconds, or how long it is before
 * `base`, such as `15m`. Undefined where the text is empty.
 *
 * @throws MomentError when it is neither
 */
export function momentOf(text: string | undefined, base: number): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') {
    return undefined;
  }
  if (/^\d{10,16}$/.test(trimmed)) {
    return Number(trimmed);
  }
  const [, days = '0', rest = ''] = /^(?:(\d+)d)?(.*)$/.exec(trimmed) ?? [];
  const seconds = rest === '' ? 0 : durationSeconds(rest);
  if (seconds === undefined || (rest === '' && days === '0')) {
    throw new MomentError(
      `“${trimmed}” is no moment: write Unix milliseconds, or how long ago it was, such as 15m, 1h or 7d.`,
    );
  }
  return base - (Number(days) * 86_400 + seconds) * 1000;
}

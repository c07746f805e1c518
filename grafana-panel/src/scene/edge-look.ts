import type { Palette } from './palette';
import type { EdgeTone } from './scene';

/** Strokes and gaps, CSS pixels at zoom 1; without an entry: an unbroken line. */
export const DASHES_OF_TONE: Partial<Readonly<Record<EdgeTone, readonly number[]>>> = {
  membership: [1.5, 4],
  lossy: [12, 4],
  failing: [7, 5],
  removed: [3, 4],
};

export function colorOfTone(tone: EdgeTone, palette: Palette): string {
  switch (tone) {
    case 'idle':
      return palette.edgeIdle;
    case 'membership':
    case 'normal':
      return palette.edge;
    case 'lossy':
      return palette.health.warning;
    case 'failing':
      return palette.edgeFailing;
    case 'changed':
    case 'removed':
    case 'added':
      return palette.changes[tone];
  }
}

/** Neither trouble nor a change: such lines stand back where there are many. */
export function isQuietTone(tone: EdgeTone): boolean {
  return tone === 'membership' || tone === 'idle' || tone === 'normal';
}

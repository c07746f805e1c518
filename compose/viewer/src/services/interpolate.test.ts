import { describe, expect, it } from 'vitest';
import { interpolate } from './interpolate';

const values: Record<string, string | string[]> = { view: 'images', host: ['web-1', 'web.2'] };
const valueOf = (name: string) => values[name];

describe('interpolate', () => {
  it.each([
    ['a plain reference', '$view', undefined, 'images'],
    ['braces, inside a word', 'by_${view}_x', undefined, 'by_images_x'],
    ['square brackets', '[[view]]', undefined, 'images'],
    ['several values as a glob unless asked otherwise', '$host', undefined, '{web-1,web.2}'],
    ['several values as a regular expression', '${host:regex}', undefined, '(web-1|web\\.2)'],
    ['several values separated by commas', '${host:csv}', undefined, 'web-1,web.2'],
    ['the format of the caller', '$host', 'pipe', 'web-1|web.2'],
    ['an unknown variable stays as it is', '$nothing ${nothing}', undefined, '$nothing ${nothing}'],
    ['a dollar that names nothing stays', 'rate(x[5m]) $ 5', undefined, 'rate(x[5m]) $ 5'],
  ])('replaces %s', (_case, text, format, expected) => {
    expect(interpolate(text, valueOf, format)).toBe(expected);
  });
});

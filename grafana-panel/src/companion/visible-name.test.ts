import { describe, expect, it } from 'vitest';
import { visibleName } from './visible-name';

describe('a name in a sentence', () => {
  it.each([
    ['another direction of writing', 'exe\u202egpj.', 'exe\\u{202e}gpj.'],
    ['an escape sequence', '\u001b[2Jsh', '\\u{1b}[2Jsh'],
    ['line breaks', 'sh\nis safe', 'sh\\u{a}is safe'],
    ['what has no width', 'root\u200b', 'root\\u{200b}'],
  ])('shows %s', (_, name, shown) => {
    expect(visibleName(name)).toBe(shown);
  });

  it('is as it was in any alphabet', () => {
    expect(visibleName('nginx: worker 日本 שלום 🚀')).toBe('nginx: worker 日本 שלום 🚀');
  });
});

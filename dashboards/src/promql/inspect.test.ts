import { describe, expect, it } from 'vitest';
import { inspect } from './inspect.js';

describe('inspect', () => {
  it('finds metrics with the labels that are asked of them', () => {
    expect(inspect('rate(a{x="1", y!~"2"}[5m]) / b').selectors).toEqual([
      { metric: 'a', labels: ['x', 'y'] },
      { metric: 'b', labels: [] },
    ]);
  });

  it('finds the labels of aggregations and joins', () => {
    expect(inspect('sum by (p) (a{x=""} * on (q, r) group_left (s) b)').grouping).toEqual([
      'p',
      'q',
      'r',
      's',
    ]);
  });

  it('finds the labels that nested calls of label_replace make', () => {
    expect(
      inspect('label_replace(label_replace(a{x="1"}, "in", "$1", "x", "(.*)"), "out", "", "", "")').made,
    ).toEqual(['in', 'out']);
  });

  it.each(['sum(a', 'a by (b)', 'a{x=1}'])('refuses %s', (expr) => {
    expect(() => inspect(expr)).toThrow('not PromQL at character');
  });
});

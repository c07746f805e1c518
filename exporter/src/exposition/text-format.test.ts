import { describe, expect, it } from 'vitest';
import type { FamilyBlock, FamilyHeading } from './family-block.js';
import { formatValue, writeExposition } from './text-format.js';

const block = (heading: FamilyHeading, line: string): FamilyBlock => ({
  heading,
  lines: [Buffer.from(line)],
  samples: 1,
});

describe('formatValue writes', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [0.1, '0.1'],
    [1e-7, '1e-7'],
    [9_007_199_254_740_991, '9007199254740991'],
    [1e21, '1e+21'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])('%d as %s', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });
});

describe('writeExposition', () => {
  const counter: FamilyHeading = {
    name: 'a_total',
    type: 'counter',
    help: 'A "quoted" \\ help\non two lines.',
  };

  it('writes Prometheus text with HELP, TYPE and escaped help', () => {
    expect(writeExposition([block(counter, 'a_total{} 1\n')], 'prometheus').toString()).toBe(
      '# HELP a_total A "quoted" \\\\ help\\non two lines.\n# TYPE a_total counter\na_total{} 1\n',
    );
  });

  it('writes OpenMetrics with the counter’s family name, quotes escaped, and an end', () => {
    expect(writeExposition([block(counter, 'a_total{} 1\n')], 'openmetrics').toString()).toBe(
      '# TYPE a counter\n# HELP a A \\"quoted\\" \\\\ help\\non two lines.\na_total{} 1\n# EOF\n',
    );
  });

  it('writes a counter without _total as unknown in OpenMetrics', () => {
    const odd: FamilyHeading = { name: 'a_seconds', type: 'counter', help: 'A.' };
    expect(writeExposition([block(odd, 'a_seconds{} 1\n')], 'openmetrics').toString()).toContain(
      '# TYPE a_seconds unknown\n',
    );
  });

  it('writes an empty exposition', () => {
    expect(writeExposition([], 'prometheus').toString()).toBe('');
    expect(writeExposition([], 'openmetrics').toString()).toBe('# EOF\n');
  });
});

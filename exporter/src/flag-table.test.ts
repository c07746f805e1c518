import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withFlagTable } from './flag-table.js';
import { ALL_FLAGS } from './collector-flags.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('README.md', () => {
  it('lists the flags as they are now: else run `npm run reference -w exporter`', () => {
    expect(readme).toBe(withFlagTable(readme, ALL_FLAGS));
  });

  it('names every flag once', () => {
    for (const { name } of ALL_FLAGS) {
      const rows = readme
        .split('\n')
        .filter((line) => line.startsWith(`| \`--${name}\``) || line.startsWith(`| \`--${name} `));
      expect(rows).toHaveLength(1);
    }
  });
});

describe('withFlagTable', () => {
  it('refuses a page without its markers', () => {
    expect(() => withFlagTable('# Toposcope', ALL_FLAGS)).toThrow('lacks the lines');
  });
});

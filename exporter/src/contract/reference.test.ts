import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAMILIES } from './families.js';
import { referencePage } from './reference.js';

describe('docs/metrics.md', () => {
  it('is what the contract says now: else run `npm run reference -w exporter`', () => {
    const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    expect(page).toBe(referencePage(FAMILIES));
  });
});

describe('the contract', () => {
  it('names each family once', () => {
    const names = FAMILIES.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each(FAMILIES.map((family) => [family.name, family] as const))(
    '%s is named by the rules',
    (name, family) => {
      expect(name).toMatch(/^toposcope_[a-z0-9_]+$/);
      expect(name.endsWith('_total')).toBe(family.type === 'counter');
      expect(family.labels).toEqual([...new Set(family.labels)]);
      expect(family.labels.every((label) => /^[a-z][a-z0-9_]*$/.test(label))).toBe(true);
      expect(family.help).toMatch(/\S\.$|always 1/);
    },
  );
});

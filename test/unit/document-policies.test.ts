import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../companion/src/policy/policy-file.js';
import { documents } from '../documents.js';

const policies = (await documents()).flatMap((name) =>
  [
    ...readFileSync(path.resolve(import.meta.dirname, '../..', name), 'utf8').matchAll(
      /^```yaml\n([^]*?^rules:[^]*?)^```$/gm,
    ),
  ].map(([, text = '']) => ({
    name,
    text,
  })),
);

describe('the policies in the documents', () => {
  it('are found', () => {
    expect(policies.length).toBeGreaterThan(1);
  });

  it.each(policies)('are taken by a gateway: $name', ({ name, text }) => {
    expect(parsePolicy(text, name).rules.length).toBeGreaterThan(0);
  });
});

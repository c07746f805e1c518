import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tooOld } from './node-version.js';

describe('tooOld', () => {
  it.each(['20.19.0', '20.20.1', '22.0.0', '24.11.1'])('says nothing of %s', (version) => {
    expect(tooOld(version)).toBeUndefined();
  });

  it.each(['12.22.12', '18.20.8', '20.9.0', '20.18.3'])('says of %s what to install', (version) => {
    const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      engines: { node: string };
    };
    expect(tooOld(version)).toBe(
      `Node.js ${version} is too old: install ${engines.node.replace('>=', '')} or later.`,
    );
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SOURCE = dirname(fileURLToPath(import.meta.url));

/** What each folder may import: other folders of the companion, and packages or Node modules by name. */
const MAY_IMPORT: Record<string, { folders: readonly string[]; packages: RegExp }> = {
  protocol: { folders: ['protocol'], packages: /^zod$/ },
  policy: { folders: ['policy', 'protocol'], packages: /^(?:zod|yaml|re2js|node:(?:fs|timers)\/promises)$/ },
  audit: { folders: ['audit', 'protocol'], packages: /^(?:node:|zod$)/ },
  tunnel: { folders: ['tunnel', 'protocol'], packages: /^node:/ },
  agent: { folders: ['agent', 'audit', 'policy', 'protocol', 'tunnel'], packages: /^(?!@toposcope)/ },
  cluster: {
    folders: ['cluster', 'agent', 'audit', 'policy', 'protocol'],
    packages: /^(?!@toposcope)/,
  },
  gateway: { folders: ['gateway', 'audit', 'policy', 'protocol', 'tunnel'], packages: /^(?!@toposcope)/ },
};

describe('the companion', () => {
  for (const [folder, rule] of Object.entries(MAY_IMPORT)) {
    for (const file of sourcesOf(folder)) {
      it(`lets ${file} import only what ${folder} may`, () => {
        expect(importsOf(file).filter((name) => !mayImport(file, name, rule))).toEqual([]);
      });
    }
  }
});

const KUBERNETES = '@kubernetes/client-node';

it('is loaded without the Kubernetes client, which is large, until a cluster wants it', () => {
  const loads = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .filter((name) => readFileSync(join(SOURCE, name), 'utf8').includes(KUBERNETES));
  expect(loads).toEqual(['cluster/kubernetes/access.ts']);
  const access = readFileSync(join(SOURCE, 'cluster/kubernetes/access.ts'), 'utf8');
  const named = access.split('\n').filter((line) => line.includes(KUBERNETES));
  expect(named.map((line) => /import type|await import/.exec(line)?.[0])).toEqual([
    'import type',
    'await import',
  ]);
});

function sourcesOf(folder: string): string[] {
  return readdirSync(join(SOURCE, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  return Array.from(text.matchAll(/(?:from|import\()\s*'([^']+)'/g), (match) => match[1] ?? '');
}

function mayImport(
  file: string,
  name: string,
  rule: { folders: readonly string[]; packages: RegExp },
): boolean {
  if (!name.startsWith('.')) {
    return rule.packages.test(name);
  }
  const target = relative(SOURCE, join(SOURCE, dirname(file), name));
  return rule.folders.some((folder) => target.startsWith(`${folder}/`));
}

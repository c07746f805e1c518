import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { KUBE_FAMILIES, type KubeFamilies } from '../../grafana-datasource/src/promql/kube-families';

const FOLDER = path.resolve(import.meta.dirname, '../fixtures/kubernetes');

interface Documented {
  readonly type: string;
  /** By label; undefined where its values are many. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string> | undefined>;
}

interface Sample {
  readonly family: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Labels that are not on each series: of things that an object need not have, after kube-state-metrics' own source
 * (internal/store), which also calls the documented `nodename` of an endpoint `endpoint_nodename`.
 */
const NOT_ALWAYS: Readonly<Record<string, readonly string[]>> = {
  kube_job_status_failed: ['reason'],
  kube_endpointslice_endpoints: [
    'hostname',
    'endpoint_zone',
    'endpoint_nodename',
    ...['kind', 'name', 'namespace'].map((part) => `targetref_${part}`),
  ],
};

const documented = new Map(
  read('documented-families.txt')
    .split('\n')
    .filter((line) => line.startsWith('kube_'))
    .map((line) => {
      const [name = '', type = '', ...labels] = line.replace(' nodename', ' endpoint_nodename').split(' ');
      return [name, { type, labels: new Map(labels.map(labelOf)) } satisfies Documented];
    }),
);

describe('what the data source asks of kube-state-metrics', () => {
  it.each(Object.entries<KubeFamilies>(KUBE_FAMILIES))(
    '%s are families and labels that its documentation has',
    (_, { always, more = [], labels }) => {
      const families = [...always, ...more];
      expect(families.filter((family) => !documented.has(family))).toEqual([]);
      const known = families.flatMap((family) => [...(documented.get(family)?.labels.keys() ?? [])]);
      expect(labels.filter((label) => !known.some((name) => fits(label, name)))).toEqual([]);
    },
  );
});

describe.each(readdirSync(FOLDER).filter((file) => file.endsWith('.kube-state-metrics.prom')))(
  '%s',
  (file) => {
    const text = read(file);

    it('declares each family with the type that is documented', () => {
      const declared = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
      expect(declared.length).toBeGreaterThan(10);
      expect(declared).toEqual(declared.map(([name = '']) => [name, documented.get(name)?.type]));
    });

    it('has series with just the labels that are documented, and values that a label may have', () => {
      const samples = text.split('\n').flatMap((line) => sampleOf(line) ?? []);
      expect(samples.length).toBeGreaterThan(50);
      expect(samples.flatMap((sample) => objectionsTo(sample))).toEqual([]);
    });
  },
);

function objectionsTo({ family, labels }: Sample): readonly string[] {
  const own = documented.get(family)?.labels;
  if (own === undefined) {
    return [`${family} is not documented`];
  }
  const strange = Object.entries(labels).flatMap(([name, value]) => {
    const [, values] = [...own].find(([label]) => fits(name, label)) ?? [undefined, new Set<string>()];
    return values === undefined || values.has(value) ? [] : [`${family} has ${name}="${value}"`];
  });
  const optional = NOT_ALWAYS[family] ?? [];
  const missing = [...own.keys()].filter(
    (label) => !(label in labels) && !label.endsWith('*') && !optional.includes(label),
  );
  return [...strange, ...missing.map((label) => `${family} lacks ${label}`)];
}

function fits(name: string, documentedName: string): boolean {
  return documentedName.endsWith('*')
    ? name.startsWith(documentedName.slice(0, -1))
    : name === documentedName;
}

function labelOf(text: string): [string, ReadonlySet<string> | undefined] {
  const [name = '', values] = text.split('=');
  return [name, values === undefined ? undefined : new Set(values.split('|'))];
}

/** Values are without quotation marks in these files. */
function sampleOf(line: string): Sample | undefined {
  const [, family, text = ''] = /^([a-z_]+)\{(.*)\} \S+$/.exec(line) ?? [];
  const labels = [...text.matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  return family === undefined ? undefined : { family, labels: Object.fromEntries(labels) };
}

function read(file: string): string {
  return readFileSync(path.join(FOLDER, file), 'utf8');
}

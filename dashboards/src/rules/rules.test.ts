import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { unknownIn, vocabulary } from '../promql/vocabulary.js';
import { ALERTS } from './alerts.js';
import { RECORDINGS } from './recordings.js';

const below = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const known = vocabulary();

describe('recording rules', () => {
  it.each(RECORDINGS)('$record reads only metrics and labels that exist', ({ expr }) => {
    expect(unknownIn(expr, known)).toEqual([]);
  });

  it.each(RECORDINGS)('$record reads only what was recorded before it', ({ record, expr }) => {
    const later = RECORDINGS.slice(RECORDINGS.findIndex((rule) => rule.record === record));
    expect(later.filter((rule) => expr.includes(rule.record)).map((rule) => rule.record)).toEqual([]);
  });
});

describe('alerts', () => {
  it.each(ALERTS)('$name reads only metrics and labels that exist', ({ expr }) => {
    expect(unknownIn(expr, known)).toEqual([]);
  });

  it.each(ALERTS)('$name names no label in its text that its series cannot have', ({ expr, ...alert }) => {
    const named = [...`${alert.summary} ${alert.description}`.matchAll(/\$labels\.(\w+)/g)].map(
      ([, label]) => label,
    );
    const offered = [...known].filter(([metric]) => expr.includes(metric)).flatMap(([, labels]) => labels);
    expect(named.filter((label) => !['job', 'instance', ...offered].includes(label ?? ''))).toEqual([]);
  });

  it.each(ALERTS)('$name has a runbook and cases', ({ name }) => {
    expect(existsSync(below(`../docs/runbooks/${name}.md`)), 'runbook').toBe(true);
    const cases = readFileSync(below(`rules/tests/${name}.yaml`), 'utf8');
    expect(cases, 'a case that fires').toContain('exp_labels');
    expect(cases, 'a case that does not').toContain('exp_alerts: []');
  });

  it('has no runbook without an alert', () => {
    const pages = readdirSync(below('../docs/runbooks')).filter((page) => page !== 'README.md');
    expect(pages.sort()).toEqual(ALERTS.map(({ name }) => `${name}.md`).sort());
  });

  it.each(ALERTS)('$name has a runbook whose PromQL reads only metrics and labels that exist', ({ name }) => {
    const page = readFileSync(below(`../docs/runbooks/${name}.md`), 'utf8');
    const queries = [...page.matchAll(/```promql\n([^]*?)\n```/g)].map(([, query = '']) => query);
    expect(queries.length).toBeGreaterThan(0);
    expect(queries.flatMap((query) => unknownIn(query, known))).toEqual([]);
  });
});

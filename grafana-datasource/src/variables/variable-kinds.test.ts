import { describe, expect, it } from 'vitest';
import { vectorOfRows } from '../fixtures/vector-of-rows';
import { equals } from '../promql/selector';
import { variableExpression, variableValues } from './variable-kinds';

describe('a dashboard variable', () => {
  it('asks for the label under both names where a target may have the same', () => {
    expect(variableExpression('namespace', [equals('cluster', 'a')], 0)).toBe(
      'group by (namespace, exported_namespace) (toposcope_container_workload_info{cluster="a"})',
    );
    expect(variableExpression('container', [], 0)).toBe('group by (name) (toposcope_container_info)');
  });

  it.each([
    { range: 'an hour', seconds: 3600, steps: '[3600s:60s]' },
    { range: 'a week', seconds: 604_800, steps: '[604800s:6048s]' },
  ])('also lists what was there within $range, in not too many steps', ({ seconds, steps }) => {
    const now = 'group by (host) (toposcope_host_info)';
    expect(variableExpression('host', [], seconds)).toBe(`${now} or last_over_time(${now}${steps})`);
  });

  it('lists the exporter’s namespaces and not that of the target which was scraped', () => {
    const series: Record<string, string>[] = [
      { namespace: 'monitoring', exported_namespace: 'shop' },
      { namespace: 'monitoring', exported_namespace: 'blog' },
      { namespace: 'shop' },
      { namespace: '' },
    ];
    const vector = vectorOfRows(series.map((labels) => ({ labels, value: 1 })));
    expect(variableValues('namespace', vector)).toEqual(['blog', 'shop']);
  });
});

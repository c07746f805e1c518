import { describe, expect, it } from 'vitest';
import { vectorOfRows } from '../fixtures/vector-of-rows';
import { equals } from '../promql/selector';
import { variableExpression, variableValues } from './variable-kinds';

describe('a dashboard variable', () => {
  it('asks for the label under both names where a target may have the same', () => {
    expect(variableExpression('namespace', [equals('cluster', 'a')])).toBe(
      'group by (namespace, exported_namespace) (toposcope_container_workload_info{cluster="a"})',
    );
    expect(variableExpression('container', [])).toBe('group by (name) (toposcope_container_info)');
  });

  it('lists the exporter’s namespaces and not that of the target which was scraped', () => {
    const vector = vectorOfRows(
      [
        { namespace: 'monitoring', exported_namespace: 'shop' },
        { namespace: 'monitoring', exported_namespace: 'blog' },
        { namespace: 'shop' },
        { namespace: '' },
      ].map((labels) => ({ labels: labels as Record<string, string>, value: 1 })),
    );
    expect(variableValues('namespace', vector)).toEqual(['blog', 'shop']);
  });
});

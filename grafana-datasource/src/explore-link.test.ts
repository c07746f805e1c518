import { describe, expect, it } from 'vitest';
import { explorePath } from './explore-link';

describe('explorePath', () => {
  it('holds each expression as it is, and names queries as Grafana does', () => {
    const expressions = [
      '',
      ...Array.from({ length: 28 }, (_, index) => `sum(rate(a{b="${index}&%é"}[1m]))`),
    ];
    const path = explorePath({
      prometheus: { uid: 'p1', type: 'prometheus' },
      expressions,
      range: { from: 1000, to: 'now' },
    });
    const { searchParams, pathname } = new URL(path, 'http://grafana.example');
    const panes = JSON.parse(searchParams.get('panes') ?? '') as Record<
      string,
      { datasource: string; range: unknown; queries: { refId: string; expr: string }[] }
    >;
    expect(pathname).toBe('/explore');
    expect(searchParams.get('schemaVersion')).toBe('1');
    expect(panes.toposcope).toMatchObject({ datasource: 'p1', range: { from: '1000', to: 'now' } });
    expect(panes.toposcope?.queries.map(({ expr }) => expr)).toEqual(expressions.slice(1));
    expect(panes.toposcope?.queries.map(({ refId }) => refId)).toEqual([
      ...Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index)),
      'AA',
      'AB',
    ]);
  });
});

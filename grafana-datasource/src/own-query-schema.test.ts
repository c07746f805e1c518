import { describe, expect, it } from 'vitest';
import { fillIn, ownSpecsOf } from './own-query-schema';

describe('ownSpecsOf', () => {
  it('keeps what a query of the editor holds', () => {
    const query = {
      overlays: [
        {
          name: 'Orders',
          expr: 'orders',
          show: 'badge',
          unit: 'short',
          max: 5,
          on: ['host'],
          combine: 'max',
        },
      ],
      groupBy: { label: 'team', expr: 'teams' },
      custom: {
        edges: [{ expr: 'calls', source: 'from', target: 'to' }],
        nodes: [{ expr: 'up', label: 'job' }],
      },
    };
    expect(ownSpecsOf(query)).toEqual(query);
  });

  it.each<[string, unknown, unknown]>([
    ['nothing', {}, { overlays: [] }],
    ['no query', null, { overlays: [] }],
    ['no lists', { overlays: 'x', groupBy: 7, custom: [] }, { overlays: [] }],
    [
      'overlays without words',
      { overlays: [{}, { show: 'glow', max: 'much', on: 'host' }] },
      {
        overlays: [
          { name: '', expr: '', show: 'fill' },
          { name: '', expr: '', show: 'fill' },
        ],
      },
    ],
    [
      'custom edges of nothing',
      { custom: { edges: null } },
      { overlays: [], custom: { edges: [], nodes: [] } },
    ],
  ])('makes the least of %s', (_, query, expected) => {
    expect(ownSpecsOf(query)).toEqual(expected);
  });

  it('fills in each expression', () => {
    const query = ownSpecsOf({
      overlays: [{ expr: 'a' }],
      groupBy: { label: 'l', expr: 'b' },
      custom: { edges: [{ expr: 'c' }], nodes: [{ expr: 'd' }] },
    });
    const asked: string[] = [];
    fillIn(query, (expr) => {
      asked.push(expr);
      return expr;
    });
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
  });
});

import { describe, expect, it } from 'vitest';
import { nodeOf, topologyOf } from './topology.fixture';
import { choiceOf, filledBy, fillOfNode, fillScaleOf, fillsOf, type FillWhole } from './fill-scale';

const SCALE = { key: 'memory', label: 'Memory', unit: 'bytes', max: 2_000 };

interface Given {
  readonly value: number | null;
  readonly limit?: number;
}

function pictureOf(nodes: Readonly<Record<string, Given>>) {
  return {
    ...topologyOf(
      Object.entries(nodes).map(([id, { value, limit = null }]) =>
        nodeOf(id, { metrics: [{ ...SCALE, value, limit, expr: '' }] }),
      ),
      [],
    ),
    scales: [SCALE],
    overlays: [
      { ...SCALE, key: 'orders', unit: 'short', max: 24, show: 'badge' as const, expr: 'orders' },
      { ...SCALE, key: 'load', show: 'fill' as const, expr: 'load' },
    ],
  };
}

function fillsIn(nodes: Readonly<Record<string, Given>>, chosen?: FillWhole) {
  const picture = pictureOf(nodes);
  const scale = fillScaleOf(picture, 'memory', chosen);
  return Object.fromEntries(picture.nodes.map((node) => [node.id, scale && fillOfNode(node, scale)]));
}

describe('how nodes fill', () => {
  it('is their share of their own limit, or of the greatest limit where they have none', () => {
    expect(
      fillsIn({ limited: { value: 500, limit: 1_000 }, free: { value: 500 }, unmeasured: { value: null } }),
    ).toEqual({
      limited: { share: 0.5, isOfLimit: true },
      free: { share: 0.25, isOfLimit: false },
      unmeasured: undefined,
    });
  });

  it('is their share of the greatest value where all are nearly empty, so that their rank is seen', () => {
    const nodes = { busy: { value: 40, limit: 2_000 }, idle: { value: 10, limit: 1_000 } };
    expect(fillsIn(nodes)).toEqual({
      busy: { share: 1, isOfLimit: false },
      idle: { share: 0.25, isOfLimit: false },
    });
    expect(fillsIn(nodes, 'limit')).toMatchObject({ busy: { share: 0.02 }, idle: { share: 0.01 } });
  });

  it('can be the rank where limits would tell something', () => {
    expect(
      fillsIn({ big: { value: 800, limit: 1_000 }, small: { value: 200, limit: 200 } }, 'greatest'),
    ).toEqual({ big: { share: 1, isOfLimit: false }, small: { share: 0.25, isOfLimit: false } });
  });

  it('is the rank where nothing has a limit, whatever was chosen', () => {
    const nodes = { a: { value: 1_000 }, b: { value: 500 } };
    expect(fillsIn(nodes, 'limit')).toMatchObject({ a: { share: 1 }, b: { share: 0.5 } });
    expect(fillScaleOf(pictureOf(nodes), 'memory', undefined)).toMatchObject({
      greatest: 1_000,
      hasLimits: false,
    });
  });

  it('does not take a limit of nothing for one', () => {
    expect(fillsIn({ a: { value: 1, limit: 0 } })).toEqual({ a: { share: 1, isOfLimit: false } });
  });

  it('is nothing where nothing of that name is known', () => {
    expect(fillScaleOf(pictureOf({ a: { value: 1 } }), 'cpu', undefined)).toBeUndefined();
  });

  it.each([
    { choice: '', by: 'load' },
    { choice: 'memory', by: 'memory' },
    { choice: 'load', by: 'load' },
  ])('is by $by with the choice "$choice" where the query has an overlay that fills', ({ choice, by }) => {
    expect(filledBy(pictureOf({}), choice)).toBe(by);
  });

  it('can be chosen to be nothing, and back', () => {
    const picture = pictureOf({});
    for (const key of ['', 'memory', 'load']) {
      expect(filledBy(picture, choiceOf(picture, key))).toBe(key);
    }
    expect(choiceOf(picture, 'load')).toBe('');
    expect(choiceOf({ ...picture, overlays: [] }, '')).toBe('');
  });

  it('can be any metric of the nodes, or an overlay that fills', () => {
    expect(fillsOf(pictureOf({})).map(({ key }) => key)).toEqual(['memory', 'load']);
  });
});

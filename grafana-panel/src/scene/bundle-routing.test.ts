import { describe, expect, it } from 'vitest';
import { aggregate, type Bundle, type Hull } from './aggregate';
import { routeBundles, type BundlePath } from './bundle-routing';
import { flatten } from './hit-test';
import { buildScene } from './scene';
import { edgeOf, nodeOf, topologyOf } from './topology.fixture';
import { blocks } from '../layout/blocks';

const LANE = 20;
const TITLE = 40;

describe('lines between frames', () => {
  it('run over no frame that is not theirs', () => {
    const { hulls, bundles } = company();
    expect(bundles.length).toBeGreaterThan(100);
    const struck = routeBundles(bundles, hulls, LANE, TITLE).flatMap((path, index) => {
      const { from, to } = bundles[index] ?? fail();
      const others = hulls.filter((hull) => hull !== from && hull !== to);
      return hasStreet(hulls, from, to) ? others.filter((hull) => runsOver(path, hull)) : [];
    });
    expect(struck).toEqual([]);
  });

  it('begin and end at the sides of their frames', () => {
    const { hulls, bundles } = company();
    routeBundles(bundles, hulls, LANE, TITLE).forEach(({ fromX, fromY, curves }, index) => {
      const { from, to } = bundles[index] ?? fail();
      if (!hasStreet(hulls, from, to)) {
        return;
      }
      const [toX = 0, toY = 0] = curves.slice(-2);
      expect([from.left, from.right]).toContain(fromX);
      expect([to.left, to.right]).toContain(toX);
      expect(fromY > from.top && fromY < from.bottom && toY > to.top && toY < to.bottom).toBe(true);
    });
  });

  it('keep a lane apart that have nothing to do with each other', () => {
    const frame = (group: string, left: number, top: number): Hull => ({
      ...{ group, left, top, right: left + 100, bottom: top + 100, count: 1 },
    });
    const [a, b, between, c, d] = [
      frame('a', 0, 0),
      frame('b', 0, 200),
      frame('between', 300, 40),
      frame('c', 600, 0),
      frame('d', 600, 200),
    ];
    const bundle = (from: Hull, to: Hull): Bundle => ({ from, to, forth: 1, back: 0, tone: 'normal' });
    const [first, second] = routeBundles([bundle(b, c), bundle(a, d)], [a, b, between, c, d], LANE, TITLE);
    const acrossOf = ({ curves }: BundlePath = fail()) => curves[5] ?? Number.NaN;
    expect(Math.abs(acrossOf(first) - acrossOf(second))).toBeGreaterThanOrEqual(LANE);
  });

  it('run straight down between neighbours of one column', () => {
    const frame = (group: string, top: number): Hull => ({
      ...{ group, left: 0, right: 100, top, bottom: top + 100, count: 1 },
    });
    const [upper, lower] = [frame('upper', 0), frame('lower', 200)];
    const [path] = routeBundles(
      [{ from: lower, to: upper, forth: 1, back: 0, tone: 'normal' }],
      [upper, lower],
      LANE,
      TITLE,
    );
    expect([path?.fromY, path?.curves.at(-1)]).toEqual([200, 100]);
    expect(new Set([path?.fromX, ...(path?.curves.filter((_, index) => index % 2 === 0) ?? [])]).size).toBe(
      1,
    );
  });
});

/** Forty groups of different sizes, each of which calls some others. */
function company() {
  const groups = Array.from({ length: 40 }, (_, index) => ({
    name: `g${index}`,
    size: 4 + ((index * 7) % 23),
  }));
  const nodes = groups.flatMap(({ name, size }) =>
    Array.from({ length: size }, (_, index) => nodeOf(`${name}-${index}`, { group: name })),
  );
  const edges = groups.flatMap(({ name }, index) =>
    [1, 3, 8, 21].map((step) => edgeOf(`${name}-0`, `g${(index + step) % groups.length}-1`)),
  );
  const layout = { nodes: nodes.map(({ id, group }) => ({ id, group })), edges, clustered: true };
  return aggregate(buildScene(topologyOf(nodes, edges), blocks(layout, 1.7), 'right'));
}

/** Whether one can go from top to bottom of the picture between the two. */
function hasStreet(hulls: readonly Hull[], a: Hull, b: Hull): boolean {
  const [left, right] = a.left < b.left ? [a.right, b.left] : [b.right, a.left];
  return hulls.some(
    ({ right: x }) =>
      x >= left && x < right && !hulls.some((other) => other.left <= x + 1 && other.right > x + 1),
  );
}

function runsOver({ fromX, fromY, curves }: BundlePath, { left, top, right, bottom }: Hull): boolean {
  const points = flatten({ fromX, fromY, toX: 0, toY: 0, curves });
  return points.some((x, at) => {
    const y = points[at + 1] ?? 0;
    return at % 2 === 0 && x > left && x < right && y > top && y < bottom;
  });
}

function fail(): never {
  throw new Error('There is no such bundle');
}

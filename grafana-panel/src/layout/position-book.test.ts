import { describe, expect, it } from 'vitest';
import type { LayoutGraph, Point, Positions } from './graph';
import { layout } from './layout';
import { placeNewcomers } from './newcomers';
import { PositionBook, type BookStorage } from './position-book';
import { seededRandom, serviceMap } from './random-graph.fixture';

const HOUR = 60 * 60 * 1000;

describe('PositionBook', () => {
  it('asks for a layout of what it has never seen', () => {
    const { book } = open();
    expect(book.plan(graphOf('a', 'b')).kind).toBe('layout');
  });

  it('needs no layout for the same nodes, nor for fewer', () => {
    const { book } = open();
    const graph = chain('a', 'b', 'c');
    book.record(graph, row('a', 'b', 'c'));
    expect(book.plan(graph)).toEqual({ kind: 'ready', positions: row('a', 'b', 'c') });
    expect(book.plan(chain('a', 'b'))).toEqual({ kind: 'ready', positions: row('a', 'b') });
  });

  it('asks for a place for a few newcomers and keeps the others', () => {
    const { book } = open();
    book.record(chain('a', 'b', 'c'), row('a', 'b', 'c'));
    expect(book.plan(chain('a', 'b', 'c', 'd'))).toEqual({ kind: 'place', known: row('a', 'b', 'c') });
  });

  it('asks for a layout when most are new, starting from the old places', () => {
    const { book } = open();
    book.record(chain('a', 'b'), row('a', 'b'));
    expect(book.plan(chain('a', 'b', 'c', 'd', 'e', 'f'))).toEqual({
      kind: 'layout',
      earlier: row('a', 'b'),
    });
  });

  it('gives a node that comes back within a day its old place', () => {
    const { book, wait } = open();
    book.record(chain('a', 'b', 'c'), row('a', 'b', 'c'));
    wait(HOUR);
    book.record(chain('a', 'b'), row('a', 'b'));
    wait(22 * HOUR);
    expect(book.plan(chain('a', 'b', 'c')).kind).toBe('ready');
  });

  it('does not give two nodes one place when one came while the other was away', () => {
    const { book, wait } = open();
    book.record(chain('a', 'b', 'c'), row('a', 'b', 'c'));
    wait(HOUR);
    book.record(chain('a', 'b', 'new'), new Map([...row('a', 'b'), ['new', { x: 400, y: 0 }]]));
    wait(HOUR);
    const known = new Map<string, Point>([...row('a', 'b'), ['new', { x: 400, y: 0 }]]);
    expect(book.plan(chain('a', 'b', 'c', 'new'))).toEqual({ kind: 'place', known });
  });

  it('forgets a node that is gone for longer', () => {
    const { book, wait } = open();
    book.record(chain('a', 'b', 'c'), row('a', 'b', 'c'));
    wait(25 * HOUR);
    book.record(chain('a', 'b'), row('a', 'b'));
    expect(book.plan(chain('a', 'b', 'c')).kind).toBe('place');
  });

  it('lays out anew once most nodes of the grid turn out to have edges', () => {
    const { book } = open();
    book.record(graphOf('a', 'b', 'c'), row('a', 'b', 'c'));
    expect(book.plan(chain('a', 'b', 'c')).kind).toBe('layout');
  });

  it('keeps where the user put a node, through a layout and a reload', () => {
    const { book, storage } = open();
    book.record(chain('a', 'b'), row('a', 'b'));
    book.pin('a', { x: 500, y: 500 });
    book.record(chain('a', 'b'), row('a', 'b'));
    const reopened = new PositionBook(storage, 'key', () => 0);
    expect(reopened.plan(chain('a', 'b'))).toMatchObject({ kind: 'ready' });
    expect(reopened.pinned()).toEqual(new Map([['a', { x: 500, y: 500 }]]));
  });

  it('forgets everything when cleared', () => {
    const { book, storage } = open();
    book.record(chain('a', 'b'), row('a', 'b'));
    book.pin('a', { x: 500, y: 500 });
    book.clear();
    expect(book.pinned().size).toBe(0);
    expect(new PositionBook(storage, 'key', () => 0).plan(chain('a', 'b')).kind).toBe('layout');
  });

  it.each(['', 'no json', '{}', '[1,"x",null,[]]', '[["a","x",1,1,0]]'])(
    'begins empty when the storage holds %j',
    (content) => {
      const { storage } = open();
      storage.setItem('key', content);
      expect(new PositionBook(storage, 'key', () => 0).plan(graphOf('a')).kind).toBe('layout');
    },
  );

  it('works from memory when the storage is full', () => {
    const storage: BookStorage = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
      removeItem: () => undefined,
    };
    const book = new PositionBook(storage, 'key', () => 0);
    book.record(graphOf('a'), row('a'));
    expect(book.plan(graphOf('a')).kind).toBe('ready');
  });
});

describe('fifty refreshes with five percent of the nodes replaced each time', () => {
  it.each([
    { picture: 'in ranks', first: serviceMap(120, 200, 3, 4) },
    { picture: 'of blocks', first: { ...serviceMap(400, 900, 3, 12), clustered: true } },
  ])('move no node that stays in a picture $picture', ({ first }) => {
    const random = seededRandom(7);
    const { book } = open();
    let graph: LayoutGraph = first;
    let positions: Positions = settle(book, graph);
    for (let refresh = 0; refresh < 50; refresh++) {
      graph = replaceSome(graph, refresh, random);
      const next = settle(book, graph);
      for (const [id, point] of next) {
        const before = positions.get(id);
        if (before) {
          expect(`${id} ${point.x} ${point.y}`).toBe(`${id} ${before.x} ${before.y}`);
        }
      }
      const places = [...next.values()].map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`);
      expect(new Set(places).size).toBe(graph.nodes.length);
      positions = next;
    }
  });
});

function settle(book: PositionBook, graph: LayoutGraph): Positions {
  const plan = book.plan(graph);
  const positions =
    plan.kind === 'ready'
      ? plan.positions
      : plan.kind === 'place'
        ? placeNewcomers(graph, plan.known, 'right')
        : [...lastOf(graph)].reduce((map, [id, point]) => map.set(id, point), new Map<string, Point>());
  book.record(graph, positions);
  return positions;
}

function lastOf(graph: LayoutGraph): Positions {
  const result = layout(graph, { direction: 'right', aspect: 1.6 }).next();
  return result.value;
}

function replaceSome(graph: LayoutGraph, refresh: number, random: () => number): LayoutGraph {
  const leaving = new Set(graph.nodes.filter(() => random() < 0.05).map(({ id }) => id));
  const stays = graph.nodes.filter(({ id }) => !leaving.has(id));
  const comes = [...leaving].map((_, index) => ({ id: `new-${refresh}-${index}`, group: 'host-1' }));
  const edges = graph.edges.filter(({ source, target }) => !leaving.has(source) && !leaving.has(target));
  const anyone = () => stays[Math.floor(random() * stays.length)]?.id ?? '';
  const links = comes.flatMap(({ id }) =>
    [anyone(), anyone()].map((other) => ({ source: other, target: id })),
  );
  return { ...graph, nodes: [...stays, ...comes], edges: [...edges, ...links] };
}

function open() {
  const values = new Map<string, string>();
  const storage: BookStorage = {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
  let now = 0;
  const book = new PositionBook(storage, 'key', () => now);
  return { book, storage, wait: (milliseconds: number) => (now += milliseconds) };
}

function graphOf(...ids: string[]): LayoutGraph {
  return { nodes: ids.map((id) => ({ id, group: '' })), edges: [] };
}

function chain(...ids: string[]): LayoutGraph {
  const edges = ids.slice(1).map((id, index) => ({ source: ids[index] ?? '', target: id }));
  return { ...graphOf(...ids), edges };
}

function row(...ids: string[]): Map<string, Point> {
  return new Map(ids.map((id, index) => [id, { x: index * 200, y: 0 }]));
}

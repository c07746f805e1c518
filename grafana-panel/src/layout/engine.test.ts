import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLayoutEngine } from './engine';
import type { LayoutGraph } from './graph';
import type { LayoutOptions } from './layout';
import { packPositions, type LayoutAnswer, type LayoutRequest } from './protocol';
import { serviceMap } from './random-graph.fixture';

const OPTIONS: LayoutOptions = { direction: 'right', aspect: 1.6 };
const PAIR: LayoutGraph = {
  nodes: ['a', 'b'].map((id) => ({ id, group: '' })),
  edges: [{ source: 'a', target: 'b' }],
};
const never = () => new AbortController().signal;
const ignore = () => undefined;

/** Stands for the browser's worker: keeps what it is told, and answers when the test says so. */
class FakeWorker extends EventTarget {
  static last: FakeWorker;
  readonly told: LayoutRequest[] = [];
  terminated = false;

  constructor() {
    super();
    FakeWorker.last = this;
  }

  postMessage(request: LayoutRequest): void {
    this.told.push(request);
  }

  terminate(): void {
    this.terminated = true;
  }

  answer(data: LayoutAnswer): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  done(generation: number, x: number): void {
    this.answer({ type: 'done', generation, ...packPositions(new Map([['a', { x, y: 0 }]])) });
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('createLayoutEngine', () => {
  it('works without workers, on the page’s own thread', async () => {
    vi.stubGlobal('Worker', undefined);
    const engine = createLayoutEngine('');
    const positions = await engine.layout(PAIR, OPTIONS, ignore, never());
    expect([...positions.keys()]).toEqual(['a', 'b']);
    engine.dispose();
  });

  it('drops the answer to a request that is no longer the newest', async () => {
    vi.stubGlobal('Worker', FakeWorker);
    const engine = createLayoutEngine('');
    const abort = new AbortController();
    const first = engine.layout(PAIR, OPTIONS, ignore, abort.signal);
    abort.abort();
    await expect(first).rejects.toThrow();
    const second = engine.layout(PAIR, OPTIONS, ignore, never());
    FakeWorker.last.done(1, 111);
    FakeWorker.last.done(2, 222);
    expect((await second).get('a')).toEqual({ x: 222, y: 0 });
    expect(FakeWorker.last.told.map(({ type, generation }) => `${type} ${generation}`)).toEqual([
      'layout 1',
      'cancel 1',
      'layout 2',
    ]);
    engine.dispose();
    expect(FakeWorker.last.terminated).toBe(true);
  });

  it('passes on pictures that are still forming', async () => {
    vi.stubGlobal('Worker', FakeWorker);
    const engine = createLayoutEngine('');
    const forming: number[] = [];
    const final = engine.layout(
      PAIR,
      OPTIONS,
      (positions) => forming.push(positions.get('a')?.x ?? 0),
      never(),
    );
    for (const x of [1, 2]) {
      FakeWorker.last.answer({
        type: 'forming',
        generation: 1,
        ids: ['a'],
        coordinates: new Float64Array([x, 0]),
      });
    }
    FakeWorker.last.done(1, 3);
    await final;
    expect(forming).toEqual([1, 2]);
  });

  it('says why a layout failed', async () => {
    vi.stubGlobal('Worker', FakeWorker);
    const answer = createLayoutEngine('').layout(PAIR, OPTIONS, ignore, never());
    FakeWorker.last.answer({ type: 'failed', generation: 1, message: 'out of memory' });
    await expect(answer).rejects.toThrow('The layout failed: out of memory');
  });

  it('goes on by itself when the worker ends', async () => {
    vi.stubGlobal('Worker', FakeWorker);
    const engine = createLayoutEngine('');
    const answer = engine.layout(PAIR, OPTIONS, ignore, never());
    FakeWorker.last.dispatchEvent(new Event('error'));
    expect((await answer).size).toBe(2);
    expect((await engine.layout(PAIR, OPTIONS, ignore, never())).size).toBe(2);
  });

  it('can be stopped in the middle of a long layout', async () => {
    vi.stubGlobal('Worker', undefined);
    const abort = new AbortController();
    const answer = createLayoutEngine('').layout(serviceMap(900, 1_800), OPTIONS, ignore, abort.signal);
    setTimeout(() => abort.abort(new Error('enough')), 0);
    await expect(answer).rejects.toThrow('enough');
  });
});

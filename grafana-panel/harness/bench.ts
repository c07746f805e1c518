import { source as layoutWorker } from 'worker:../src/layout/layout.worker.ts';
import { createLayoutEngine } from '../src/layout/engine';
import type { LayoutGraph, Point } from '../src/layout/graph';
import { seededRandom, serviceMap } from '../src/layout/random-graph.fixture';
import { fit, panBy, type Camera } from '../src/scene/camera';
import { createCanvasRenderer } from '../src/scene/canvas-renderer';
import type { Palette } from '../src/scene/palette';
import type { Renderer } from '../src/scene/renderer';
import { buildScene, type Scene } from '../src/scene/scene';
import { edgeOf, nodeOf, topologyOf } from '../src/scene/topology.fixture';

/** What the benchmark `panel` measures in the browser; times in milliseconds. */
export interface PanelBench {
  /** From the request to the last answer of the worker. */
  layout(nodes: number, edges: number): Promise<number>;
  /** From a topology without places to the first picture on the screen, layout in the worker. */
  firstDraw(nodes: number, edges: number): Promise<number>;
  /** 95th percentiles while the picture is panned: script a frame, and from frame to frame. */
  pan(nodes: number, edges: number, frames: number): Promise<{ script: number; frame: number }>;
  /** Median of looking up a node and an edge under a random point, at readable size. */
  hitTest(nodes: number, edges: number): number;
}

const SIZE = { width: 1200, height: 700 };
const GROUPS = 40;

const grey = '#888888';
const kinds = ['host', 'container', 'image', 'process', 'process-name', 'internet'] as const;
const outside = ['external', 'unmanaged', 'uncontained', 'overflow'] as const;
const PALETTE: Palette = {
  ...{ background: '#181b1f', surface: '#20242b', text: '#ccccdc', textSecondary: grey },
  ...{ edge: '#6b727f', edgeIdle: '#454b56', edgeFailing: '#ff7a52', accent: '#5cadf5' },
  ...{ hull: grey, hullBorder: grey },
  fill: '#3d7fd0',
  changes: { added: '#3fc6a2', removed: '#ff7a52', changed: '#f5b23d' },
  kinds: Object.fromEntries([...kinds, ...outside].map((kind) => [kind, '#5cadf5'])) as Palette['kinds'],
  health: { ok: '#5cadf5', warning: '#f5b23d', critical: '#ff7a52', stopped: grey, unknown: grey },
  fontFamily: 'sans-serif',
};

const bench: PanelBench = {
  async layout(nodes, edges) {
    const engine = createLayoutEngine(layoutWorker);
    const start = performance.now();
    await engine.layout(
      serviceMap(nodes, edges, 3, 8),
      OPTIONS,
      () => undefined,
      new AbortController().signal,
    );
    engine.dispose();
    return performance.now() - start;
  },

  async firstDraw(nodes, edges) {
    // As the panel takes it, where there is too much for single lines.
    const graph = { ...serviceMap(nodes, edges, 3, GROUPS), clustered: true };
    const topology = topologyIn(graph);
    const engine = createLayoutEngine(layoutWorker);
    const { renderer, remove } = createRenderer();
    const abort = new AbortController();
    const start = performance.now();
    const positions = await new Promise<Map<string, Point>>((resolve, reject) => {
      engine.layout(graph, OPTIONS, resolve, abort.signal).then(resolve, reject);
    });
    const scene = buildScene(topology, positions, 'right');
    renderer.setScene(scene);
    renderer.setCamera(fit(scene.bounds, SIZE), false);
    await presented();
    const took = performance.now() - start;
    abort.abort();
    engine.dispose();
    remove();
    return took;
  },

  async pan(nodes, edges, frames) {
    const scene = sceneOn(serviceMap(nodes, edges, 3, GROUPS));
    const { renderer, remove } = createRenderer();
    renderer.setScene(scene);
    let camera: Camera = fit(scene.bounds, SIZE);
    renderer.setCamera(camera, false);
    await presented();
    const scripts: number[] = [];
    const intervals: number[] = [];
    const restore = timeFrames((took) => scripts.push(took));
    let last = await nextFrame();
    for (let frame = 0; frame < frames; frame++) {
      camera = panBy(camera, Math.sin(frame / 9) * 6, Math.cos(frame / 9) * 4);
      renderer.setCamera(camera, true);
      const now = await nextFrame();
      intervals.push(now - last);
      last = now;
    }
    restore();
    remove();
    return { script: percentile(scripts, 0.95), frame: percentile(intervals, 0.95) };
  },

  hitTest(nodes, edges) {
    const scene = sceneOn(serviceMap(nodes, edges, 3, GROUPS));
    const { renderer, remove } = createRenderer();
    renderer.setScene(scene);
    renderer.setCamera({ ...fit(scene.bounds, SIZE), zoom: 1 }, false);
    const random = seededRandom(1);
    const point = () => ({ x: random() * SIZE.width, y: random() * SIZE.height });
    renderer.edgeAt(point());
    const times: number[] = [];
    for (let round = 0; round < 200; round++) {
      const points = Array.from({ length: 20 }, point);
      const start = performance.now();
      for (const at of points) {
        renderer.nodeAt(at);
        renderer.edgeAt(at);
      }
      times.push((performance.now() - start) / points.length);
    }
    remove();
    return percentile(times, 0.5);
  },
};

const OPTIONS = { direction: 'right', aspect: 1.7 } as const;

function createRenderer(): { readonly renderer: Renderer; readonly remove: () => void } {
  const canvas = document.createElement('canvas');
  canvas.style.width = `${SIZE.width}px`;
  canvas.style.height = `${SIZE.height}px`;
  document.body.append(canvas);
  const renderer = createCanvasRenderer(canvas, PALETTE);
  renderer.resize(SIZE, window.devicePixelRatio);
  return {
    renderer,
    remove: () => {
      renderer.dispose();
      canvas.remove();
    },
  };
}

function topologyIn({ nodes, edges }: LayoutGraph) {
  return topologyOf(
    nodes.map(({ id, group }) => nodeOf(id, { label: id, sublabel: group, group })),
    edges.map(({ source, target }) => edgeOf(source, target)),
  );
}

/** Places without a layout: groups as squares in a square. */
function sceneOn(graph: LayoutGraph): Scene {
  const members = new Map<string, string[]>();
  for (const { id, group } of graph.nodes) {
    members.set(group, [...(members.get(group) ?? []), id]);
  }
  const side = Math.ceil(Math.sqrt(graph.nodes.length / members.size));
  const across = Math.ceil(Math.sqrt(members.size));
  const positions = new Map<string, Point>();
  [...members.values()].forEach((ids, group) => {
    const left = (group % across) * (side + 2) * 72;
    const top = Math.floor(group / across) * (side + 2) * 72;
    ids.forEach((id, index) => {
      positions.set(id, { x: left + (index % side) * 72, y: top + Math.floor(index / side) * 72 });
    });
  });
  return buildScene(topologyIn(graph), positions, 'right');
}

/** Resolves once the frame that is due has been handed to the screen. */
async function presented(): Promise<void> {
  await nextFrame();
  await nextFrame();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
}

/** Reports what every frame callback from now on takes, until the returned function is called. */
function timeFrames(report: (took: number) => void): () => void {
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    request((time) => {
      const start = performance.now();
      callback(time);
      report(performance.now() - start);
    });
  return () => {
    window.requestAnimationFrame = request;
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

Object.assign(window, { panelBench: bench });

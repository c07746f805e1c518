import type { Aggregate } from './aggregate';
import { toWorld, type Camera, type Size } from './camera';
import { NO_DECORATIONS } from './decoration';
import { detailLevel, type DetailLevel } from './detail-level';
import { emphasisOf } from './emphasis';
import { HitTest } from './hit-test';
import { LabelPlacement, type LabelBox } from './label-placement';
import { paintEdges, visibleEdges } from './paint-edges';
import { bundlesOf, paintBundles } from './paint-bundles';
import { paintFrames, paintTitles, titleAt } from './paint-groups';
import { paintLabels } from './paint-labels';
import { paintNodes, paintRing, visibleNodes } from './paint-nodes';
import { paintTag } from './paint-tag';
import type { Palette } from './palette';
import { NO_EMPHASIS, type Renderer } from './renderer';
import type { Scene, SceneNode } from './scene';

/** Up to so many nodes and edges every frame is drawn in full; above, a kept picture is moved during a gesture. */
const MOST_REDRAWN = 500;
/** The kept picture is so much larger than the view, so that a pan does not bare its edge at once. */
const KEPT_MARGIN = 1.4;
/** During a gesture the kept picture is drawn anew at most so often, where the view leaves it. */
const REDRAW_EVERY_MS = 400;
/** The first look-up of an edge should not have to wait for the index of all. */
const INDEX_AFTER_MS = 300;
/** How strongly the background covers what is not brought out: names and lines of the rest stay readable. */
const VEIL = 0.55;

/** A renderer on Canvas 2D: fluid also without a graphics processor, and sharp for text. */
export function createCanvasRenderer(canvas: HTMLCanvasElement, initialPalette: Palette): Renderer {
  const context = contextOf(canvas);
  const kept = document.createElement('canvas');
  const keptContext = contextOf(kept);
  let keptCamera: Camera | undefined;
  let keptSince = 0;
  let palette = initialPalette;
  let scene: Scene | undefined;
  let hits: HitTest | undefined;
  let size: Size = { width: 1, height: 1 };
  let pixelRatio = 1;
  let camera: Camera = { x: 0, y: 0, zoom: 1 };
  let moving = false;
  let emphasis = NO_EMPHASIS;
  let decorations = NO_DECORATIONS;
  let matches: ReadonlySet<string> | undefined;
  /** Where names were written last, in an area round the middle of the view. */
  let names: { camera: Camera; area: Size; boxes: ReadonlyMap<string, LabelBox> } | undefined;
  let frame = 0;
  let indexing: ReturnType<typeof setTimeout> | undefined;

  const invalidate = () => {
    keptCamera = undefined;
    schedule();
  };

  const schedule = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  };

  const draw = () => {
    if (!scene) {
      clear(context, size, pixelRatio, palette.background);
    } else if (scene.nodes.length + scene.edges.length <= MOST_REDRAWN) {
      paintScene(context, scene, size);
    } else {
      const stale = keptCamera && !sameCamera(keptCamera, camera) && (!moving || isBared(keptCamera));
      if (!keptCamera || stale) {
        const larger = { width: size.width * KEPT_MARGIN, height: size.height * KEPT_MARGIN };
        fitCanvas(kept, larger, pixelRatio);
        paintScene(keptContext, scene, larger);
        keptCamera = camera;
        keptSince = performance.now();
      }
      showKept(keptCamera);
    }
    if (scene) {
      paintEmphasis(scene);
    }
  };

  const paintScene = (target: CanvasRenderingContext2D, shown: Scene, area: Size) => {
    const level = detailLevel(shown, camera.zoom);
    clear(target, area, pixelRatio, palette.background);
    toWorldCoordinates(target, area);
    const { groups } = shown;
    if (groups) {
      paintFrames(target, groups.hulls, camera.zoom, palette);
    }
    if (groups && level.aggregated) {
      paintBundles(target, groups, camera.zoom, palette);
    } else {
      const edges = visibleEdges(shown.edges, camera, area, groups !== undefined);
      paintEdges(target, edges, camera.zoom, pixelRatio, level, palette);
    }
    const nodes = visibleNodes(shown.nodes, camera, area);
    paintNodes(target, nodes, camera.zoom, level, palette, decorations);
    target.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    if (matches) {
      paintMatches(target, shown, area, matches);
    }
    const titles = groups && paintTitles(target, groups.hulls, camera, area, palette);
    if (!matches) {
      names = { camera, area, boxes: paintLabels(target, nodes, camera, area, level, palette, titles) };
    }
  };

  /** What a search found, on top of a veil: part of the picture that is kept, since it may be much. */
  const paintMatches = (
    target: CanvasRenderingContext2D,
    shown: Scene,
    area: Size,
    found: ReadonlySet<string>,
  ) => {
    const level = { ...detailLevel(shown, camera.zoom), aggregated: false };
    veil(target, area);
    const edges = shown.edges.filter(({ source, target: to }) => found.has(source.id) && found.has(to.id));
    const nodes = visibleNodes(shown.nodes, camera, area).filter(({ id }) => found.has(id));
    toWorldCoordinates(target, area);
    paintEdges(target, visibleEdges(edges, camera, area), camera.zoom, pixelRatio, level, palette);
    paintNodes(target, nodes, camera.zoom, level, palette, decorations);
    target.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    names = { camera, area, boxes: paintLabels(target, nodes, camera, area, level, palette) };
  };

  const veil = (target: CanvasRenderingContext2D, area: Size) => {
    target.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    target.globalAlpha = VEIL;
    target.fillStyle = palette.background;
    target.fillRect(0, 0, area.width, area.height);
    target.globalAlpha = 1;
  };

  /** The rest fades behind a veil; what is brought out is drawn again on top. */
  const paintEmphasis = (shown: Scene) => {
    const { nodes, edges, fades, rings } = emphasisOf(shown, emphasis);
    if (shown.groups && emphasis.group !== undefined) {
      paintGroup(shown.groups, emphasis.group);
    }
    if (fades) {
      veil(context, size);
    }
    if (nodes.length > 0) {
      const level = { ...detailLevel(shown, camera.zoom), hairlines: false };
      toWorldCoordinates(context, size);
      paintEdges(context, edges, camera.zoom, pixelRatio, level, palette, {
        color: palette.accent,
        extraWidth: 0.6,
      });
      paintNodes(context, nodes, camera.zoom, level, palette, decorations);
      context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
      paintNames(visibleNodes(nodes, camera, size), level);
    }
    toWorldCoordinates(context, size);
    for (const { node, dashed } of rings) {
      paintRing(context, node, camera.zoom, palette.accent, dashed);
    }
    const focused = shown.nodesById.get(emphasis.focused ?? '');
    if (focused) {
      context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
      paintTag(context, focused, camera, size, palette);
    }
  };

  /** All lines of one group, with those that it is connected with. */
  const paintGroup = (groups: Aggregate, name: string) => {
    const bundles = bundlesOf(groups, name);
    const ends = new Set(bundles.flatMap(({ from, to }) => [from, to]));
    const frames = groups.hulls.filter((hull) => hull.group === name || ends.has(hull));
    veil(context, size);
    toWorldCoordinates(context, size);
    paintFrames(context, frames, camera.zoom, palette);
    paintBundles(context, groups, camera.zoom, palette, bundles);
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    paintTitles(context, frames, camera, size, palette);
  };

  /** Clear of the names behind the veil, which can still be read, as far as that leaves everybody a name. */
  const paintNames = (nodes: readonly SceneNode[], level: DetailLevel) => {
    const ids = new Set(nodes.map(({ id }) => id));
    const others = new LabelPlacement();
    if (names && sameCamera(names.camera, camera)) {
      const [dx, dy] = [(size.width - names.area.width) / 2, (size.height - names.area.height) / 2];
      for (const [id, { left, right, top, bottom }] of names.boxes) {
        if (!ids.has(id)) {
          others.take({ left: left + dx, right: right + dx, top: top + dy, bottom: bottom + dy });
        }
      }
    }
    const named = paintLabels(context, nodes, camera, size, level, palette, others);
    const nameless = nodes.filter(({ id }) => !named.has(id));
    const own = new LabelPlacement();
    named.forEach((box) => own.take(box));
    paintLabels(context, nameless, camera, size, level, palette, own);
  };

  /** The view has left the kept picture during a gesture, and the last redraw is some time ago. */
  const isBared = (at: Camera) => {
    const reachX = (size.width / 2) * (KEPT_MARGIN / at.zoom - 1 / camera.zoom);
    const reachY = (size.height / 2) * (KEPT_MARGIN / at.zoom - 1 / camera.zoom);
    const covered = Math.abs(camera.x - at.x) <= reachX && Math.abs(camera.y - at.y) <= reachY;
    return !covered && performance.now() - keptSince > REDRAW_EVERY_MS;
  };

  const showKept = (at: Camera) => {
    const scale = camera.zoom / at.zoom;
    const width = size.width * KEPT_MARGIN * scale;
    const height = size.height * KEPT_MARGIN * scale;
    clear(context, size, pixelRatio, palette.background);
    context.drawImage(
      kept,
      (at.x - camera.x) * camera.zoom + size.width / 2 - width / 2,
      (at.y - camera.y) * camera.zoom + size.height / 2 - height / 2,
      width,
      height,
    );
  };

  const toWorldCoordinates = (target: CanvasRenderingContext2D, area: Size) => {
    const scale = camera.zoom * pixelRatio;
    target.setTransform(
      scale,
      0,
      0,
      scale,
      (area.width / 2) * pixelRatio - camera.x * scale,
      (area.height / 2) * pixelRatio - camera.y * scale,
    );
  };

  return {
    setScene(next) {
      scene = next;
      hits = new HitTest(
        next.nodes,
        next.edges.filter(({ isImplied }) => !isImplied),
      );
      clearTimeout(indexing);
      indexing = setTimeout(() => hits?.indexEdges(), INDEX_AFTER_MS);
      invalidate();
    },
    setPalette(next) {
      palette = next;
      invalidate();
    },
    setDecorations(next) {
      decorations = next;
      invalidate();
    },
    setMatches(next) {
      matches = next;
      invalidate();
    },
    resize(nextSize, nextPixelRatio) {
      size = nextSize;
      pixelRatio = nextPixelRatio;
      fitCanvas(canvas, size, pixelRatio);
      keptCamera = undefined;
      // At once: a canvas is blank after a change of its size until it is drawn.
      draw();
    },
    setCamera(next, isMoving) {
      camera = next;
      moving = isMoving;
      schedule();
    },
    setEmphasis(next) {
      emphasis = next;
      schedule();
    },
    nodeAt: (point) => hits?.nodeAt(toWorld(camera, size, point), 4 / camera.zoom),
    edgeAt(point) {
      // Single edges are not drawn from afar.
      const single = scene && !detailLevel(scene, camera.zoom).aggregated;
      return single ? hits?.edgeAt(toWorld(camera, size, point), 7 / camera.zoom) : undefined;
    },
    groupAt(point) {
      const fromAfar = scene?.groups && detailLevel(scene, camera.zoom).aggregated;
      return fromAfar ? titleAt(scene?.groups?.hulls ?? [], camera, size, point) : undefined;
    },
    dispose() {
      cancelAnimationFrame(frame);
      clearTimeout(indexing);
      kept.width = 0;
      kept.height = 0;
    },
  };
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) {
    throw new Error('The browser gave no 2D canvas: close other tabs or panels, then load the page again.');
  }
  return context;
}

function fitCanvas(canvas: HTMLCanvasElement, size: Size, pixelRatio: number): void {
  const width = Math.max(1, Math.round(size.width * pixelRatio));
  const height = Math.max(1, Math.round(size.height * pixelRatio));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
}

function clear(context: CanvasRenderingContext2D, size: Size, pixelRatio: number, color: string): void {
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.globalAlpha = 1;
  context.fillStyle = color;
  context.fillRect(0, 0, size.width + 1, size.height + 1);
}

function sameCamera(a: Camera, b: Camera): boolean {
  return a.x === b.x && a.y === b.y && a.zoom === b.zoom;
}

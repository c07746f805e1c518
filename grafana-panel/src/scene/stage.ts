import type { Bounds } from '../layout/bounds';
import type { Point } from '../layout/graph';
import { between, fit, panBy, toScreen, toWorld, zoomAround, type Camera, type Size } from './camera';
import { createCanvasRenderer } from './canvas-renderer';
import type { Decorations } from './decoration';
import { listenForGestures, type WheelMode } from './gestures';
import { nodeInDirection, type ArrowKey } from './navigation';
import type { Palette } from './palette';
import { NO_EMPHASIS, type Emphasis } from './renderer';
import type { Scene, SceneNode } from './scene';

/** What happens on the stage. Ids are those of nodes or edges. */
export interface StageEvents {
  onSelect(id: string | undefined): void;
  onHover(hover: Hover | undefined): void;
  /** The camera came to rest; undefined: where everything is shown. */
  onCamera(camera: Camera | undefined): void;
  /** While a node is dragged, and once more at the end. */
  onDrag(id: string, to: Point, done: boolean): void;
}

export interface Hover {
  readonly id: string;
  /** CSS pixels from the stage's top left. */
  readonly at: Point;
}

/** What rows of controls cover, CSS pixels: a fit leaves it free. */
export interface Insets {
  readonly top: number;
  readonly bottom: number;
}

/** Left and right of a fit, CSS pixels. */
const SIDE = 24;
/** Half a name that is cut to what its node has room for, CSS pixels. */
const NAME = 48;
/** The least zoom, as a share of that which shows everything. */
const LEAST_OF_FIT = 0.5;
/** Cards that cover more than this share of the width do not push the picture aside: too little would be left. */
const MOST_COVERED = 0.5;
/** Nearer to the rim or to a card, CSS pixels, a node is not wholly seen. */
const BORDER = 70;
/** A gesture without a pointer's end, such as a wheel, is over after this. */
const SETTLE_MS = 140;
const GLIDE_MS = 260;
/** World units round nodes that are shown together. */
const AROUND = 110;
/** Nearer than this a node says no more. */
const MOST_NEAR = 1.6;

/** The picture with its camera and what the user does to it: everything of the panel that React need not know. */
export class Stage {
  readonly #renderer;
  readonly #stopListening: () => void;
  #scene: Scene | undefined;
  #size: Size = { width: 1, height: 1 };
  #camera: Camera = { x: 0, y: 0, zoom: 1 };
  #emphasis: Emphasis = NO_EMPHASIS;
  #matches: ReadonlySet<string> | undefined;
  #dragged: string | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #gliding = 0;
  /** CSS pixels at the right that are covered by cards. */
  #covered = 0;
  #insets: Insets = { top: 0, bottom: 0 };
  readonly #movers = new Set<() => void>();
  /** The camera stands where the last fit put it. */
  #showsAll = false;

  constructor(
    private readonly element: HTMLElement,
    canvas: HTMLCanvasElement,
    palette: Palette,
    private readonly events: StageEvents,
    wheelMode: () => WheelMode,
  ) {
    this.#renderer = createCanvasRenderer(canvas, palette);
    this.#stopListening = listenForGestures(
      element,
      {
        grab: (at) => {
          this.#dragged = this.#renderer.nodeAt(at)?.id;
          return this.#dragged !== undefined;
        },
        drag: (to, dx, dy) => this.#onDrag(to, dx, dy),
        release: (to) => this.#onRelease(to),
        click: (at) => this.#onClick(at),
        doubleClick: (at) => this.#onDoubleClick(at),
        hover: (at) => this.#onHover(at),
        zoom: (at, factor) => this.#moveCamera(this.#zoomed(at, factor)),
      },
      wheelMode,
    );
  }

  /** A picture that shows everything goes on doing so when something new stands outside of it. */
  show(scene: Scene): void {
    const wasEmpty = (this.#scene?.nodes.length ?? 0) === 0;
    this.#scene = scene;
    this.#renderer.setScene(scene);
    if (this.#showsAll && this.#dragged === undefined && (wasEmpty || !this.#isInView(scene.bounds))) {
      this.fit(!wasEmpty);
    }
  }

  decorate(decorations: Decorations): void {
    this.#renderer.setDecorations(decorations);
  }

  highlight(matches: ReadonlySet<string> | undefined): void {
    this.#matches = matches;
    this.#renderer.setMatches(matches);
  }

  /** Calls back whenever the camera moves, until the returned function is called. */
  onMove(callback: () => void): () => void {
    this.#movers.add(callback);
    return () => {
      this.#movers.delete(callback);
    };
  }

  get camera(): Camera {
    return this.#camera;
  }

  get size(): Size {
    return this.#size;
  }

  setPalette(palette: Palette): void {
    this.#renderer.setPalette(palette);
  }

  resize(size: Size, pixelRatio: number): void {
    this.#size = size;
    this.#renderer.resize(size, pixelRatio);
    if (this.#showsAll) {
      this.fit(false);
    }
  }

  /** Cards came or went at the right: a picture that shows everything goes on doing so beside them. */
  setCovered(width: number): void {
    const covered = width <= this.#size.width * MOST_COVERED ? width : 0;
    if (covered !== this.#covered) {
      this.#covered = covered;
      if (this.#showsAll) {
        this.fit(true);
      }
    }
  }

  /** Rows of controls grew or shrank: a picture that shows everything goes on doing so between them. */
  setInsets(insets: Insets): void {
    if (insets.top !== this.#insets.top || insets.bottom !== this.#insets.bottom) {
      this.#insets = insets;
      if (this.#showsAll) {
        this.fit(false);
      }
    }
  }

  select(id: string | undefined): void {
    const isOther = id !== this.#emphasis.selected;
    this.#emphasize({ ...this.#emphasis, selected: id });
    if (isOther && id !== undefined && !this.#showsAll) {
      this.#makeRoom(id);
    }
  }

  /** Shows everything, as soon as there is something. */
  fit(glide: boolean): void {
    if (this.#scene && this.#scene.nodes.length > 0) {
      this.#goTo(this.#fitted(this.#scene.bounds), glide, true);
    } else {
      this.#showsAll = true;
    }
  }

  /** Shows these nodes, and is never nearer than a fit of everything would be. */
  fitTo(ids: ReadonlySet<string>, mostZoom = Infinity): void {
    const nodes = this.#scene?.nodes.filter(({ id }) => ids.has(id)) ?? [];
    if (nodes.length > 0) {
      const xs = nodes.map(({ x }) => x);
      const ys = nodes.map(({ y }) => y);
      const bounds = {
        left: Math.min(...xs) - AROUND,
        right: Math.max(...xs) + AROUND,
        top: Math.min(...ys) - AROUND,
        bottom: Math.max(...ys) + AROUND,
      };
      const camera = this.#fitted(bounds);
      this.#goTo({ ...camera, zoom: Math.min(camera.zoom, mostZoom) }, true);
    }
  }

  /** Shows a node with all that it is connected with, or an edge with its ends. */
  zoomTo(id: string): void {
    const edge = this.#scene?.edgesById.get(id);
    const edges = edge ? [edge] : (this.#scene?.edgesOf.get(id) ?? []);
    this.fitTo(new Set([id, ...edges.flatMap(({ source, target }) => [source.id, target.id])]), MOST_NEAR);
  }

  /** Stands where it is told. */
  lookFrom(camera: Camera): void {
    this.#goTo(camera, false);
  }

  zoomBy(factor: number): void {
    const middle = { x: (this.#size.width - this.#covered) / 2, y: this.#size.height / 2 };
    this.#goTo(this.#zoomed(middle, factor), true);
  }

  /** Moves the least that brings the node clear of the borders and cards. */
  reveal(id: string): void {
    const node = this.#scene?.nodesById.get(id);
    if (!node) {
      return;
    }
    const at = toScreen(this.#camera, this.#size, node);
    const right = this.#size.width - this.#covered - BORDER;
    const bottom = this.#size.height - BORDER;
    const dx = at.x < BORDER ? BORDER - at.x : at.x > right ? right - at.x : 0;
    const dy = at.y < BORDER ? BORDER - at.y : at.y > bottom ? bottom - at.y : 0;
    if (dx !== 0 || dy !== 0) {
      this.#goTo(panBy(this.#camera, dx, dy), true);
    }
  }

  /** Moves what is selected out from below the cards, and what it is connected with as far as all of it fits. */
  #makeRoom(id: string): void {
    const edge = this.#scene?.edgesById.get(id);
    const subject = edge?.target ?? this.#scene?.nodesById.get(id);
    if (!subject || this.#covered === 0) {
      return;
    }
    const edges = edge ? [edge] : (this.#scene?.edgesOf.get(id) ?? []);
    const right = this.#size.width - this.#covered - BORDER;
    const xOf = (node: SceneNode) => toScreen(this.#camera, this.#size, node).x;
    const inView = [subject, ...edges.flatMap(({ source, target }) => [source, target])].filter((node) => {
      const x = xOf(node);
      return x >= 0 && x <= this.#size.width;
    });
    const xs = inView.map(xOf);
    const [leftmost, rightmost] = [Math.min(...xs), Math.max(...xs)];
    if (rightmost - leftmost > right - BORDER) {
      this.fitTo(new Set(inView.map((node) => node.id)), this.#camera.zoom);
    } else if (rightmost > right) {
      this.#goTo(panBy(this.#camera, right - rightmost, 0), true);
    }
  }

  #isInView({ left, top, right, bottom }: Bounds): boolean {
    const from = toScreen(this.#camera, this.#size, { x: left, y: top });
    const to = toScreen(this.#camera, this.#size, { x: right, y: bottom });
    return (
      from.x > -1 &&
      from.y > this.#insets.top - 1 &&
      to.x < this.#size.width - this.#covered + 1 &&
      to.y < this.#size.height - this.#insets.bottom + 1
    );
  }

  /** Shows these bounds between the controls and beside the cards, with room for the names of the outermost nodes. */
  #fitted(bounds: Bounds): Camera {
    const { top, bottom } = this.#insets;
    const fitBeside = (side: number) =>
      fit(bounds, {
        width: Math.max(80, this.#size.width - this.#covered - 2 * side),
        height: Math.max(80, this.#size.height - top - bottom),
      });
    // The bounds have room for names as wide as at zoom 1; but letters do not shrink with the picture.
    const side = SIDE + NAME * Math.max(0, 1 - fitBeside(SIDE).zoom);
    return panBy(fitBeside(side), -this.#covered / 2, (top - bottom) / 2);
  }

  /** Not so far out that the picture is a dot. */
  #zoomed(at: Point, factor: number): Camera {
    const least = this.#scene ? this.#fitted(this.#scene.bounds).zoom * LEAST_OF_FIT : undefined;
    return zoomAround(this.#camera, this.#size, at, factor, least);
  }

  /** Moves the keyboard's place and says which node it is at now. */
  moveFocus(key: ArrowKey): string | undefined {
    const scene = this.#scene;
    if (!scene) {
      return undefined;
    }
    const from = scene.nodesById.get(this.#emphasis.focused ?? this.#emphasis.selected ?? '');
    const next = nodeInDirection(scene, from, key, this.#matches) ?? from;
    this.focus(next?.id);
    return next?.id;
  }

  focus(id: string | undefined): void {
    this.#emphasize({ ...this.#emphasis, focused: id });
    if (id !== undefined) {
      this.reveal(id);
    }
  }

  dispose(): void {
    this.#stopListening();
    cancelAnimationFrame(this.#gliding);
    clearTimeout(this.#settling);
    this.#renderer.dispose();
  }

  #idAt(at: Point): string | undefined {
    return (this.#renderer.nodeAt(at) ?? this.#renderer.edgeAt(at))?.id;
  }

  #onDrag(to: Point, dx: number, dy: number): void {
    this.#setHovered(undefined, to);
    if (this.#dragged === undefined) {
      this.element.style.cursor = 'grabbing';
      this.#moveCamera(panBy(this.#camera, dx, dy));
    } else {
      this.events.onDrag(this.#dragged, toWorld(this.#camera, this.#size, to), false);
    }
  }

  #onRelease(to: Point): void {
    if (this.#dragged !== undefined) {
      this.events.onDrag(this.#dragged, toWorld(this.#camera, this.#size, to), true);
      this.#dragged = undefined;
    }
    this.#settle();
    this.#onHover(to);
  }

  /** A group's name leads to the group. */
  #onClick(at: Point): void {
    const id = this.#idAt(at);
    const group = id === undefined ? this.#renderer.groupAt(at) : undefined;
    const members = this.#scene?.nodes.filter((node) => node.group === group) ?? [];
    if (group === undefined || members.length === 0) {
      this.events.onSelect(id);
    } else {
      this.fitTo(new Set(members.map((member) => member.id)));
    }
  }

  /** The first click may have moved the picture aside for a card: what it selected is meant. */
  #onDoubleClick(at: Point): void {
    const { selected } = this.#emphasis;
    if (selected === undefined) {
      this.#goTo(this.#zoomed(at, 1.8), true);
    } else {
      this.zoomTo(selected);
    }
  }

  #onHover(at: Point | undefined): void {
    const id = at && this.#idAt(at);
    this.#setHovered(id, at, at && id === undefined ? this.#renderer.groupAt(at) : undefined);
  }

  #setHovered(id: string | undefined, at: Point | undefined, group?: string): void {
    this.element.style.cursor = id === undefined && group === undefined ? 'grab' : 'pointer';
    const isOther = id !== this.#emphasis.hovered;
    if (isOther || group !== this.#emphasis.group) {
      this.#emphasize({ ...this.#emphasis, hovered: id, group });
    }
    if (isOther) {
      this.events.onHover(id !== undefined && at ? { id, at } : undefined);
    }
  }

  #emphasize(emphasis: Emphasis): void {
    this.#emphasis = emphasis;
    this.#renderer.setEmphasis(emphasis);
  }

  #moveCamera(camera: Camera): void {
    this.#showsAll = false;
    cancelAnimationFrame(this.#gliding);
    this.#setMoving(camera);
  }

  #setMoving(camera: Camera): void {
    this.#camera = camera;
    this.#renderer.setCamera(camera, true);
    this.#movers.forEach((callback) => callback());
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), SETTLE_MS);
  }

  #settle(): void {
    clearTimeout(this.#settling);
    this.#renderer.setCamera(this.#camera, false);
    this.#movers.forEach((callback) => callback());
    this.events.onCamera(this.#showsAll ? undefined : this.#camera);
  }

  #goTo(camera: Camera, glide: boolean, showsAll = false): void {
    this.#showsAll = showsAll;
    cancelAnimationFrame(this.#gliding);
    if (!glide || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.#camera = camera;
      this.#settle();
      return;
    }
    const from = this.#camera;
    const start = performance.now();
    const step = () => {
      const share = Math.min(1, (performance.now() - start) / GLIDE_MS);
      this.#setMoving(between(from, camera, 1 - (1 - share) ** 3));
      if (share < 1) {
        this.#gliding = requestAnimationFrame(step);
      } else {
        this.#settle();
      }
    };
    step();
  }
}

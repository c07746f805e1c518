import type { Point } from '../layout/graph';
import type { Camera, Size } from './camera';
import type { Decorations } from './decoration';
import type { Palette } from './palette';
import type { Scene, SceneEdge, SceneNode } from './scene';

/** Draws a scene and finds what is under the pointer. Everything is drawn in the next frame, not at the call. */
export interface Renderer {
  setScene(scene: Scene): void;
  setPalette(palette: Palette): void;
  setDecorations(decorations: Decorations): void;
  /** Ids of the nodes that a search found: the rest fades; undefined: nothing is searched for. */
  setMatches(matches: ReadonlySet<string> | undefined): void;
  /** @param pixelRatio Device pixels a CSS pixel. */
  resize(size: Size, pixelRatio: number): void;
  /** @param moving A gesture or an animation goes on: speed before sharpness until a call without it. */
  setCamera(camera: Camera, moving: boolean): void;
  setEmphasis(emphasis: Emphasis): void;
  /** @param point On the screen, in CSS pixels from the top left. */
  nodeAt(point: Point): SceneNode | undefined;
  edgeAt(point: Point): SceneEdge | undefined;
  /** The group whose name is there, in a picture from afar. */
  groupAt(point: Point): string | undefined;
  dispose(): void;
}

/** What is brought out while the rest fades: ids of nodes or edges. */
export interface Emphasis {
  readonly hovered: string | undefined;
  readonly selected: string | undefined;
  /** The node that the keyboard is at. */
  readonly focused: string | undefined;
  /** The group whose name is pointed at. */
  readonly group: string | undefined;
}

export const NO_EMPHASIS: Emphasis = {
  hovered: undefined,
  selected: undefined,
  focused: undefined,
  group: undefined,
};

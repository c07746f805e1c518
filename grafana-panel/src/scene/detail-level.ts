import type { Scene } from './scene';

/** What is drawn at a zoom. Thresholds are CSS pixels on the screen, so that they hold for every graph. */
export interface DetailLevel {
  /** Groups as frames and one line a pair of groups, instead of every edge. */
  readonly aggregated: boolean;
  readonly arrows: boolean;
  /** Outline, icon and ring; otherwise a dot. */
  readonly shapes: boolean;
  readonly icons: boolean;
  readonly sublabels: boolean;
  /** Edges one device pixel wide. */
  readonly hairlines: boolean;
}

/** Nodes of this size on the screen are looked at one by one. */
const NEAR = 15;
const MOST_WIDE_EDGES = 900;

export function detailLevel(scene: Scene, zoom: number): DetailLevel {
  const radius = 23 * zoom;
  return {
    aggregated: scene.groups !== undefined && radius < NEAR,
    arrows: radius >= 6,
    shapes: radius >= 4.5,
    icons: radius >= 8.5,
    sublabels: radius >= 14,
    hairlines: scene.edges.length > MOST_WIDE_EDGES,
  };
}

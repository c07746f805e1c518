import type { LayoutGraph, Point, Positions } from './graph';
import type { LayoutOptions } from './layout';

/** Messages to the worker. A new layout ends the one before it. */
export type LayoutRequest =
  | {
      readonly type: 'layout';
      /** Rises with every request; answers carry it back, so that a late one is known and dropped. */
      readonly generation: number;
      readonly graph: LayoutGraph;
      readonly options: LayoutOptions;
    }
  | { readonly type: 'cancel'; readonly generation: number };

/** Messages from the worker: any number of `forming`, then one of the others, or nothing once cancelled. */
export type LayoutAnswer =
  | {
      readonly type: 'forming' | 'done';
      readonly generation: number;
      readonly ids: readonly string[];
      /** x and y of each id in turn. */
      readonly coordinates: Float64Array;
    }
  | { readonly type: 'failed'; readonly generation: number; readonly message: string };

export function packPositions(
  positions: Positions,
): Pick<LayoutAnswer & { type: 'done' }, 'ids' | 'coordinates'> {
  const coordinates = new Float64Array(positions.size * 2);
  let at = 0;
  for (const { x, y } of positions.values()) {
    coordinates[at++] = x;
    coordinates[at++] = y;
  }
  return { ids: [...positions.keys()], coordinates };
}

export function unpackPositions(ids: readonly string[], coordinates: Float64Array): Map<string, Point> {
  return new Map(
    ids.map((id, index) => [id, { x: coordinates[index * 2] ?? 0, y: coordinates[index * 2 + 1] ?? 0 }]),
  );
}

import type { CustomSpec, GroupSpec, OverlaySpec } from '../query';
import type { Matcher } from '../promql/selector';
import type { ViewId } from '../graph/topology';

/** PromQL that the user wrote: asked by itself each, so that an error takes away only what it would have told. */
export interface OwnQuery {
  /** Under which its answer is found. */
  readonly key: string;
  /** For messages. */
  readonly name: string;
  readonly expr: string;
}

export const GROUP_ANSWER = 'group-by';
/** The answer to `alertsExpression`, which is no own query but stands among their answers. */
export const ALERTS_ANSWER = 'alerts';

export function alertsExpression(scope: readonly Matcher[]): string {
  return `ALERTS{${['alertstate="firing"', ...scope].join(',')}}`;
}

export function overlayAnswer(index: number): string {
  return `overlay-${index}`;
}

export function customAnswer(what: 'edges' | 'nodes', index: number): string {
  return `custom-${what}-${index}`;
}

interface Own {
  readonly overlays?: readonly OverlaySpec[];
  readonly groupBy?: GroupSpec;
  readonly custom?: CustomSpec;
}

/** What the query asks for in PromQL of its own. Expressions that are still empty are left out. */
export function ownQueries(view: ViewId, { overlays = [], groupBy, custom }: Own): readonly OwnQuery[] {
  const { edges = [], nodes = [] } = view === 'custom' && custom !== undefined ? custom : {};
  const queries: OwnQuery[] = [
    ...overlays.map(({ name, expr }, index) => ({
      key: overlayAnswer(index),
      name: `The overlay “${name}”`,
      expr,
    })),
    ...edges.map(({ name, expr }, index) => ({
      key: customAnswer('edges', index),
      name: name === undefined || name === '' ? `Edges ${index + 1}` : `The edges “${name}”`,
      expr,
    })),
    ...nodes.map(({ name, expr }, index) => ({
      key: customAnswer('nodes', index),
      name: name === undefined || name === '' ? `Nodes ${index + 1}` : `The nodes “${name}”`,
      expr,
    })),
    ...(view === 'groups' && groupBy?.expr !== undefined
      ? [{ key: GROUP_ANSWER, name: `The label “${groupBy.label}”`, expr: groupBy.expr }]
      : []),
  ];
  return queries.filter(({ expr }) => expr.trim() !== '');
}

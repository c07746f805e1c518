import * as z from 'zod/mini';
import { OVERLAY_SHOWS } from './graph/topology';
import type { CustomSpec, GroupSpec, OverlaySpec } from './query';

const text = z.catch(z.string(), '');
const optionalText = z.catch(z.optional(z.string()), undefined);
const optionalNumber = z.catch(z.optional(z.number()), undefined);

const overlays = z.catch(
  z.array(
    z.object({
      name: text,
      expr: text,
      show: z.catch(z.enum(OVERLAY_SHOWS), 'fill'),
      unit: optionalText,
      max: optionalNumber,
      on: z.catch(z.optional(z.array(z.string())), undefined),
      combine: z.catch(z.optional(z.enum(['sum', 'max', 'min', 'mean'])), undefined),
    }),
  ),
  [],
);

const groupBy = z.catch(z.optional(z.object({ label: text, expr: optionalText })), undefined);

const named = { expr: text, name: optionalText, unit: optionalText };
const custom = z.catch(
  z.optional(
    z.object({
      edges: z.catch(z.array(z.object({ ...named, source: optionalText, target: optionalText })), []),
      nodes: z.catch(z.array(z.object({ ...named, label: optionalText, max: optionalNumber })), []),
    }),
  ),
  undefined,
);

const schema = z.object({ overlays, groupBy, custom });

export interface OwnSpecs {
  readonly overlays: readonly OverlaySpec[];
  readonly groupBy?: GroupSpec | undefined;
  readonly custom?: CustomSpec | undefined;
}

/** What a query holds of the user's own PromQL. A dashboard that was written by hand may hold anything: what is no such thing is left out. */
export function ownSpecsOf(query: unknown): OwnSpecs {
  const { success, data } = schema.safeParse(query);
  return success ? data : { overlays: [] };
}

/** The same with each expression as `fill` gives it back. */
export function fillIn(
  { overlays: layers, groupBy: group, custom: own }: OwnSpecs,
  fill: (expr: string) => string,
): OwnSpecs {
  const filled = <Spec extends { readonly expr: string }>(
    specs: readonly Spec[] | undefined,
  ): readonly Spec[] => (specs ?? []).map((spec) => ({ ...spec, expr: fill(spec.expr) }));
  return {
    overlays: filled(layers),
    groupBy: group && (group.expr === undefined ? group : { ...group, expr: fill(group.expr) }),
    custom: own && { edges: filled(own.edges), nodes: filled(own.nodes) },
  };
}

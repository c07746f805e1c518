import * as z from 'zod/mini';
import { NODE_KINDS, type Topology, VIEW_IDS } from '../graph/topology';

const traffic = z.object({
  open: z.number(),
  opened: z.number(),
  closed: z.number(),
  failed: z.number(),
  requestBytes: z.nullable(z.number()),
  responseBytes: z.nullable(z.number()),
  retransmits: z.nullable(z.number()),
  rtt: z.nullable(z.number()),
});

const node = z.object({
  id: z.string(),
  kind: z.enum(NODE_KINDS),
  label: z.string(),
  sublabel: z.string(),
  group: z.string(),
  count: z.number(),
  health: z.enum(['ok', 'warning', 'critical', 'stopped', 'unknown']),
  facts: z.array(
    z.object({
      key: z.string(),
      label: z.string(),
      values: z.array(z.string()),
      format: z.optional(z.literal('time')),
    }),
  ),
  metrics: z.array(
    z.object({
      key: z.string(),
      label: z.string(),
      unit: z.string(),
      value: z.nullable(z.number()),
      limit: z.nullable(z.number()),
      expr: z.string(),
    }),
  ),
  relatives: z.array(z.object({ view: z.enum(VIEW_IDS), id: z.string(), label: z.string() })),
});

const edge = z.object({
  id: z.string(),
  source: z.string(),
  target: z.string(),
  traffic,
  links: z.array(z.object({ protocol: z.string(), port: z.string(), traffic })),
  expr: z.string(),
});

/** A topology that was JSON on its way: in a snapshot, or from another version of the data source. */
export const topologySchema: z.ZodMiniType<Topology> = z.object({
  view: z.enum(VIEW_IDS),
  at: z.number(),
  nodes: z.array(node),
  edges: z.array(edge),
  notices: z.array(
    z.object({ severity: z.enum(['info', 'warning', 'error']), message: z.string(), action: z.string() }),
  ),
});

import * as z from 'zod/mini';
import {
  CUSTOM_VIEW_IDS,
  KUBERNETES_VIEW_IDS,
  NODE_KINDS,
  OVERLAY_SHOWS,
  type Topology,
  VIEW_IDS,
} from '../graph/topology';

const view = z.enum([...VIEW_IDS, ...KUBERNETES_VIEW_IDS, ...CUSTOM_VIEW_IDS]);

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

const scale = { key: z.string(), label: z.string(), unit: z.string(), max: z.number() };

const overlays = z.optional(z.array(z.object({ key: z.string(), value: z.number() })));

const alert = z.object({
  name: z.string(),
  severity: z.enum(['critical', 'warning', 'info']),
  labels: z.record(z.string(), z.string()),
});

const change = z.optional(
  z.object({
    kind: z.enum(['added', 'removed', 'changed']),
    differences: z.array(z.object({ label: z.string(), before: z.string(), after: z.string() })),
  }),
);

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
  relatives: z.array(z.object({ view, id: z.string(), label: z.string() })),
  overlays,
  alerts: z.optional(z.array(alert)),
  change,
});

const edge = z.object({
  id: z.string(),
  source: z.string(),
  target: z.string(),
  traffic,
  links: z.array(
    z.object({
      protocol: z.string(),
      port: z.string(),
      serverPorts: z.optional(z.array(z.string())),
      traffic,
    }),
  ),
  expr: z.string(),
  kind: z.optional(z.enum(['membership', 'custom'])),
  value: z.optional(z.object({ label: z.string(), unit: z.string(), value: z.number() })),
  overlays,
  change,
});

/** A topology that was JSON on its way: in a snapshot, or from another version of the data source. */
export const topologySchema: z.ZodMiniType<Topology> = z.object({
  view,
  at: z.number(),
  nodes: z.array(node),
  edges: z.array(edge),
  notices: z.array(
    z.object({ severity: z.enum(['info', 'warning', 'error']), message: z.string(), action: z.string() }),
  ),
  since: z.optional(z.number()),
  comparedWith: z.optional(z.number()),
  scales: z.optional(z.array(z.object(scale))),
  overlays: z.optional(z.array(z.object({ ...scale, show: z.enum(OVERLAY_SHOWS), expr: z.string() }))),
  otherAlerts: z.optional(z.array(alert)),
  kubernetes: z.optional(z.boolean()),
  prometheus: z.optional(z.object({ uid: z.string(), type: z.string() })),
});

import { PanelBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { topology, TOPOLOGY } from '../targets.js';
import type { TopologySpec } from '../topology-query.js';
import type { Basics } from './basics.js';

/** The picture itself. */
export function topologyPanel(spec: Omit<Basics, 'unit'>, query: TopologySpec): PanelBuilder {
  return new PanelBuilder()
    .type('toposcope-topology-panel')
    .title(spec.title)
    .description(spec.description)
    .datasource(TOPOLOGY)
    .span(spec.width)
    .height(spec.height ?? 20)
    .noValue(spec.empty)
    .options({ direction: 'right', viewVariable: 'view', wheel: 'with-key' })
    .withTarget(topology(query));
}

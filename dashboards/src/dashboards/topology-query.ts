export type { TopologySpec } from 'toposcope-topology-datasource/query';
export { VIEW_IDS, VIEW_NAMES } from 'toposcope-topology-datasource/graph/topology';

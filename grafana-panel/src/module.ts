import { PanelPlugin } from '@grafana/data';
import { addOptions, type PanelOptions } from './options';
import { TopologyPanel } from './panel/topology-panel';

export const plugin = new PanelPlugin<PanelOptions>(TopologyPanel).setPanelOptions(addOptions);

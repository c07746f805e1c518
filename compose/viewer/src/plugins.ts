import type { DataSourceApi, DataSourcePlugin, PanelPlugin, PluginMeta } from '@grafana/data';
import { importShared } from './shared-modules';

export const PANEL_ID = 'toposcope-topology-panel';
export const DATASOURCE_ID = 'toposcope-topology-datasource';

export interface Plugins {
  readonly panel: PanelPlugin;
  readonly dataSource: DataSourcePlugin<DataSourceApi>;
}

/** Loads the two built plugins as Grafana would: plugin.json, then the AMD module beside it. */
export async function loadPlugins(): Promise<Plugins> {
  const [panel, dataSource] = await Promise.all([loadPlugin(PANEL_ID), loadPlugin(DATASOURCE_ID)]);
  return { panel: panel as PanelPlugin, dataSource: dataSource as DataSourcePlugin<DataSourceApi> };
}

async function loadPlugin(id: string): Promise<unknown> {
  const folder = `/public/plugins/${id}`;
  const response = await fetch(`${folder}/plugin.json`);
  if (!response.ok) {
    throw new Error(
      `The plugin ${id} is not built (${folder}/plugin.json: ${response.status}): run npm run build.`,
    );
  }
  const description = (await response.json()) as Omit<PluginMeta, 'module' | 'baseUrl'>;
  const module = (await importShared(`${folder}/module.js`)) as { plugin?: { meta: PluginMeta } };
  if (!module.plugin) {
    throw new Error(`The plugin ${id} exports no "plugin".`);
  }
  module.plugin.meta = { ...description, module: `plugins/${id}/module`, baseUrl: `public/plugins/${id}` };
  return module.plugin;
}

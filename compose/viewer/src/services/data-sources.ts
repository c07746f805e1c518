import type {
  DataSourceApi,
  DataSourceInstanceSettings,
  DataSourceJsonData,
  DataSourcePlugin,
  DataSourceRef,
  PluginMeta,
  ScopedVars,
} from '@grafana/data';
import { getTemplateSrv, type DataSourceSrv } from '@grafana/runtime';
import { PrometheusDataSource } from '../prometheus/prometheus-data-source';
import { loadJsonData } from './saved-settings';

export const PROMETHEUS_UID = 'prometheus';
export const TOPOLOGY_UID = 'toposcope';

/** The viewer's two data sources, looked up by uid, name or reference as in Grafana. */
export interface DataSources extends DataSourceSrv {
  /** Builds the topology data source anew, from what the configuration page saved. */
  replaceTopology(jsonData: DataSourceJsonData): void;
}

/** @param provisioned what the server says of the topology data source */
export function createDataSources(
  plugin: DataSourcePlugin<DataSourceApi>,
  provisioned: DataSourceJsonData,
): DataSources {
  const prometheus = prometheusSettings();
  let topology = topologySettings(plugin.meta, loadJsonData(PROMETHEUS_UID, provisioned));
  const instances = new Map([
    [PROMETHEUS_UID, new PrometheusDataSource(prometheus) as unknown as DataSourceApi],
  ]);

  const settings = () => [prometheus, topology];

  function find(ref?: DataSourceRef | string | null, scopedVars?: ScopedVars) {
    const wanted = typeof ref === 'string' ? ref : ref?.uid;
    const name = wanted === undefined ? undefined : getTemplateSrv().replace(wanted, scopedVars);
    const type = typeof ref === 'string' ? undefined : ref?.type;
    if (name === undefined || name === '' || name === 'default') {
      return settings().find((each) => (type === undefined ? each.isDefault : each.type === type));
    }
    return settings().find((each) => each.uid === name || each.name === name);
  }

  function instance(found: DataSourceInstanceSettings): DataSourceApi {
    let existing = instances.get(found.uid);
    if (!existing) {
      const DataSourceClass = plugin.DataSourceClass as unknown as new (
        settings: DataSourceInstanceSettings,
      ) => DataSourceApi;
      existing = new DataSourceClass(found);
      existing.components = plugin.components;
      instances.set(found.uid, existing);
    }
    return existing;
  }

  return {
    get: (ref, scopedVars) => {
      const found = find(ref, scopedVars);
      return found
        ? Promise.resolve(instance(found))
        : Promise.reject(
            new Error(
              `There is no data source ${JSON.stringify(ref)}: the viewer has prometheus and toposcope.`,
            ),
          );
    },
    getList: (filters) =>
      settings().filter(
        (each) =>
          (filters?.pluginId === undefined || each.type === filters.pluginId) &&
          (filters?.type === undefined || [filters.type].flat().includes(each.type)) &&
          (filters?.filter?.(each) ?? true),
      ),
    getInstanceSettings: find,
    reload: () => undefined,
    registerRuntimeDataSource: () => undefined,
    replaceTopology: (jsonData) => {
      topology = topologySettings(plugin.meta, jsonData);
      instances.delete(TOPOLOGY_UID);
    },
  };
}

function prometheusSettings(): DataSourceInstanceSettings {
  const meta = {
    id: 'prometheus',
    name: 'Prometheus',
    type: 'datasource',
    metrics: true,
    module: 'core:plugin/prometheus',
    baseUrl: 'public/plugins/prometheus',
    info: {
      author: { name: '' },
      description: '',
      links: [],
      logos: { small: '', large: '' },
      screenshots: [],
      updated: '',
      version: '',
    },
  } as unknown as PluginMeta;
  return {
    id: 1,
    uid: PROMETHEUS_UID,
    type: 'prometheus',
    name: 'Prometheus',
    url: `/api/datasources/proxy/uid/${PROMETHEUS_UID}`,
    access: 'proxy',
    isDefault: true,
    readOnly: true,
    jsonData: { httpMethod: 'POST', timeInterval: '5s' } as DataSourceJsonData,
    meta: meta,
  };
}

function topologySettings(meta: PluginMeta, jsonData: DataSourceJsonData): DataSourceInstanceSettings {
  return {
    id: 2,
    uid: TOPOLOGY_UID,
    type: meta.id,
    name: 'Toposcope',
    url: `/api/datasources/proxy/uid/${TOPOLOGY_UID}`,
    access: 'proxy',
    isDefault: false,
    readOnly: false,
    jsonData,
    meta: meta,
  };
}

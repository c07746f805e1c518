import type { DataSourceJsonData } from '@grafana/data';

const KEY = 'toposcope.datasource.jsonData';

/** What the configuration page saved in this browser over the viewer's own Prometheus; its companion is the server's to say. */
export function loadJsonData(prometheusUid: string, provisioned: DataSourceJsonData): DataSourceJsonData {
  const defaults: object = { prometheusUid };
  try {
    const saved = JSON.parse(window.localStorage.getItem(KEY) ?? '{}') as object;
    return { ...defaults, ...saved, ...provisioned };
  } catch {
    // A setting that another version wrote is not worth a broken page.
    return { ...defaults, ...provisioned };
  }
}

export function saveJsonData(jsonData: DataSourceJsonData): void {
  window.localStorage.setItem(KEY, JSON.stringify(jsonData));
}

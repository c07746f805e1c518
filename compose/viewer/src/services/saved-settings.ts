import type { DataSourceJsonData } from '@grafana/data';

const KEY = 'toposcope.datasource.jsonData';

/** What the configuration page saved in this browser, over the viewer's own default: its Prometheus. */
export function loadJsonData(prometheusUid: string): DataSourceJsonData {
  const defaults: object = { prometheusUid };
  try {
    return { ...defaults, ...(JSON.parse(window.localStorage.getItem(KEY) ?? '{}') as object) };
  } catch {
    // A setting that another version wrote is not worth a broken page.
    return defaults;
  }
}

export function saveJsonData(jsonData: DataSourceJsonData): void {
  window.localStorage.setItem(KEY, JSON.stringify(jsonData));
}

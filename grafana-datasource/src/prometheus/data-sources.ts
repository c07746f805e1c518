import type { DataSourceInstanceSettings } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { messageOf } from './error-message';
import { PrometheusError, type PrometheusSource } from './ask';

/** Data sources that take Grafana's Prometheus queries. */
const PROMETHEUS_TYPES = [
  'prometheus',
  'grafana-amazonprometheus-datasource',
  'grafana-azureprometheus-datasource',
  'victoriametrics-metrics-datasource',
];

/** The Prometheus data sources of this Grafana. The only place that looks data sources up: Grafana 13 deprecates it. */
export function prometheusDataSources(): readonly DataSourceInstanceSettings[] {
  return getDataSourceSrv().getList({ type: PROMETHEUS_TYPES });
}

export async function prometheusDataSource(uid: string | undefined): Promise<PrometheusSource> {
  if (uid === undefined || uid === '') {
    throw new PrometheusError(
      'No Prometheus data source is picked: pick one in the settings of this data source.',
    );
  }
  try {
    return await getDataSourceSrv().get(uid);
  } catch (error) {
    throw new PrometheusError(
      `The picked Prometheus data source (uid ${uid}) cannot be opened: ${messageOf(error)} Pick one that exists.`,
      { cause: error },
    );
  }
}

/** The picked Prometheus data source, for links to Explore; undefined where Grafana knows it no more. */
export function prometheusReference(uid: string | undefined): { uid: string; type: string } | undefined {
  const settings = uid === undefined ? undefined : getDataSourceSrv().getInstanceSettings(uid);
  return settings && { uid: settings.uid, type: settings.type };
}

/** The scrape interval that the Prometheus data source's own settings name, if any. */
export function scrapeIntervalOf(uid: string | undefined): string | undefined {
  const settings = uid === undefined ? undefined : getDataSourceSrv().getInstanceSettings(uid);
  const { timeInterval } = (settings?.jsonData ?? {}) as { timeInterval?: unknown };
  return typeof timeInterval === 'string' ? timeInterval : undefined;
}

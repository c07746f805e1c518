import {
  CoreApp,
  type DataFrame,
  type DataQuery,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceInstanceSettings,
  type ScopedVars,
  type TestDataSourceResponse,
} from '@grafana/data';
import { DataSourceWithBackend, getBackendSrv, getTemplateSrv } from '@grafana/runtime';
import { map, type Observable } from 'rxjs';
import { framesToTables } from './frames-to-tables';

const EXPLORE: string = CoreApp.Explore;

export interface PrometheusQuery extends DataQuery {
  expr: string;
  instant?: boolean;
  range?: boolean;
  format?: 'time_series' | 'table' | 'heatmap';
  legendFormat?: string;
  interval?: string;
}

/**
 * The viewer's stand-in for Grafana's Prometheus data source: the same class of `@grafana/runtime` beneath, the same
 * one POST to /api/ds/query for all targets, the same frames and tables out.
 */
export class PrometheusDataSource extends DataSourceWithBackend<PrometheusQuery> {
  readonly #uid: string;

  constructor(settings: DataSourceInstanceSettings) {
    super(settings);
    this.#uid = settings.uid;
  }

  override query(request: DataQueryRequest<PrometheusQuery>): Observable<DataQueryResponse> {
    const exploring = request.app === EXPLORE;
    const tables = new Set(
      request.targets
        .filter(({ format, instant }) => format === 'table' || (exploring && instant))
        .map(({ refId }) => refId),
    );
    return super.query(request).pipe(
      map((response) => ({
        ...response,
        data: framesToTables(response.data as DataFrame[], (refId) => tables.has(refId)),
      })),
    );
  }

  override filterQuery(query: PrometheusQuery): boolean {
    return query.hide !== true && query.expr !== '';
  }

  override applyTemplateVariables(query: PrometheusQuery, scopedVars: ScopedVars): PrometheusQuery {
    return { ...query, expr: getTemplateSrv().replace(query.expr, scopedVars, 'regex') };
  }

  override interpolateVariablesInQueries(
    queries: PrometheusQuery[],
    scopedVars: ScopedVars,
  ): PrometheusQuery[] {
    return queries.map((query) => this.applyTemplateVariables(query, scopedVars));
  }

  override async testDatasource(): Promise<TestDataSourceResponse> {
    const { status, message } = await getBackendSrv().get<{ status: string; message: string }>(
      `/api/datasources/uid/${this.#uid}/health`,
    );
    return { status: status === 'OK' ? 'success' : 'error', message };
  }
}

import { CustomVariableSupport, type DataQueryRequest, type DataQueryResponse } from '@grafana/data';
import { from, map, type Observable } from 'rxjs';
import { VariableQueryEditor } from '../components/VariableQueryEditor';
import type { TopologyDataSource } from '../datasource';
import type { TopologyQuery, TopologySettings, VariableQuery } from '../settings';
import { isVariableKind } from './variable-kinds';

/** Dashboard variables that list hosts, containers, images, namespaces, workloads or process names. */
export class TopologyVariables extends CustomVariableSupport<
  TopologyDataSource,
  VariableQuery,
  TopologyQuery,
  TopologySettings
> {
  override readonly editor = VariableQueryEditor;
  readonly #source: TopologyDataSource;

  constructor(source: TopologyDataSource) {
    super();
    this.#source = source;
  }

  override query(request: DataQueryRequest<VariableQuery>): Observable<DataQueryResponse> {
    const kind: string = request.targets[0]?.kind ?? 'host';
    return from(this.#source.variableValues(isVariableKind(kind) ? kind : 'host', request)).pipe(
      map((data) => ({ data })),
    );
  }
}

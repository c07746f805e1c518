import { sumBy, vectorOfRows } from '../../grafana-datasource/src/fixtures/vector-of-rows';
import type { Row } from '../../grafana-datasource/src/fixtures/vector-of-rows';
import { compare } from '../../grafana-datasource/src/graph/compare';
import { complete } from '../../grafana-datasource/src/graph/steps';
import type { Topology, ViewId } from '../../grafana-datasource/src/graph/topology';
import type { Vector } from '../../grafana-datasource/src/graph/vector';
import type { Vectors } from '../../grafana-datasource/src/graph/vectors';
import type { QueryId } from '../../grafana-datasource/src/promql/queries';
import type { CustomSpec, OverlaySpec } from '../../grafana-datasource/src/query';
import { buildTopology, queriesOf } from '../../grafana-datasource/src/views/build';
import { ALERTS_ANSWER, customAnswer, overlayAnswer } from '../../grafana-datasource/src/views/own-queries';
import { VIEWS } from '../../grafana-datasource/src/views/register';
import { company } from './company';
import { rowsOf, type Rows } from './rows';

/** The moment that the recording shows, and the earlier one that it can be compared with; Unix milliseconds. */
const AT = 1_795_000_000_000;
const BEFORE = AT - 3_600_000;

const SERVICE_GRAPH: CustomSpec = {
  edges: [{ expr: 'traces_service_graph_request_total', name: 'Requests', unit: 'reqps' }],
};
/** Errors are told by service: only these views have services. */
const ERRORS_IN: ReadonlySet<ViewId> = new Set(['workloads', 'containers', 'groups']);
const ERRORS: OverlaySpec = {
  ...{ name: 'Errors', expr: 'rate(http_errors_total[1m])', show: 'badge', unit: 'percentunit' },
};

/** What the data source would answer for the company, for each view. */
export class CompanyTopologies {
  readonly #now = rowsOf(company('now'));
  readonly #drawn = new Map<ViewId, Topology>();
  #before: Rows | undefined;

  /** The picture of a view as it is now. */
  of(view: ViewId): Topology {
    const drawn = this.#drawn.get(view) ?? draw(this.#now, view, AT);
    this.#drawn.set(view, drawn);
    return drawn;
  }

  /** The same, compared with an hour before, when another release ran. */
  compared(view: ViewId): Topology {
    this.#before ??= rowsOf(company('before'));
    const earlier = draw(this.#before, view, BEFORE);
    return { ...complete(compare(this.of(view), earlier)), comparedWith: BEFORE };
  }
}

function draw(rows: Rows, id: ViewId, at: number): Topology {
  const view = VIEWS[id];
  const options = {
    ...{ hosts: [], stopped: false, unconnected: true, outside: true, scope: [] },
    ...{ overlays: ERRORS_IN.has(id) ? [ERRORS] : [], groupBy: { label: 'team' }, custom: SERVICE_GRAPH },
  };
  const vectors: Partial<Record<QueryId, Vector>> = {};
  for (const query of queriesOf(view, options)) {
    const own = rows.get(query) ?? [];
    const isEdge = query.startsWith('edge');
    vectors[query] = vectorOfRows(isEdge ? sumBy(own, ['host', ...view.edges.labels]) : own);
  }
  const own = new Map([
    [ALERTS_ANSWER, vectorOfRows(ALERTS)],
    [overlayAnswer(0), vectorOfRows(ERROR_RATES)],
    [customAnswer('edges', 0), vectorOfRows(SPANS)],
  ]);
  const topology = complete(buildTopology(view, vectors as Vectors, options, { at, notices: [], own }));
  return { ...topology, prometheus: { uid: 'prometheus', type: 'prometheus' } };
}

const alert = (alertname: string, severity: string, labels: Row['labels']): Row => ({
  labels: { alertname, alertstate: 'firing', severity, ...labels },
  value: 1,
});
const ALERTS = [
  alert('HostCpuBusy', 'critical', { host: 'data-03' }),
  alert('OrdersUnhealthy', 'critical', { service: 'checkout_orders' }),
  alert('SlowCheckout', 'warning', { service: 'checkout_checkout-api' }),
  alert('CertificateExpiresSoon', 'info', { host: 'edge-02' }),
];
const ERROR_RATES = ['checkout_orders', 'payments_psp', 'storefront_reviews'].map((service, index) => ({
  labels: { service },
  value: 0.041 / (index + 1),
}));

/** What tracing would say of the checkout: its services do not have the containers' names. */
const SPANS: readonly Row[] = [
  ['browser', 'shop-frontend', 840],
  ['shop-frontend', 'CartService', 310],
  ['shop-frontend', 'ProductService', 720],
  ['shop-frontend', 'SearchService', 190],
  ['CartService', 'PriceEngine', 295],
  ['ProductService', 'PriceEngine', 715],
  ['CartService', 'CheckoutService', 41],
  ['CheckoutService', 'PaymentService', 38],
  ['CheckoutService', 'OrderService', 38],
  ['CheckoutService', 'ShippingQuotes', 40],
  ['PaymentService', 'FraudScore', 38],
  ['OrderService', 'order-events', 37],
  ['order-events', 'MailService', 37],
  ['order-events', 'WarehouseService', 35],
].map(([client, server, value]) => ({
  labels: { client: String(client), server: String(server) },
  value: Number(value),
}));

/** A service of the made-up company, as it would stand in its stacks' files. */
export interface Service {
  readonly stack: string;
  readonly name: string;
  readonly image: string;
  readonly process: string;
  readonly port: string;
  /** `everywhere`: one on each host. */
  readonly replicas: number | 'everywhere';
  readonly pool: Pool;
  readonly team: string;
  /** Services that it calls, as `stack/name`, public ones by their DNS names, and addresses. */
  readonly calls: readonly string[];
}

/** Where a service may run: the hosts of that name. */
export type Pool = keyof typeof POOLS;

/** Hosts by what they are for: 100 in all. */
export const POOLS = { edge: 6, app: 66, data: 18, ops: 6, ci: 4 } as const;

/** The company's own address that nobody monitors. */
export const MAINFRAME = '10.90.4.20';

const node = { process: 'node', port: '8080' };
const java = { process: 'java', port: '8080' };
const go = (process: string) => ({ process, port: '8080' });
const postgres = {
  image: 'postgres:16.4',
  process: 'postgres',
  port: '5432',
  pool: 'data',
  replicas: 3,
  calls: [],
} as const;
const redis = { image: 'redis:7.4', process: 'redis-server', port: '6379', pool: 'data', calls: [] } as const;

/** A shop that sells things: its stacks, each service with those that it calls. */
export const SERVICES: readonly Service[] = [
  ...stack('edge', 'platform', [
    {
      name: 'gateway',
      image: 'envoyproxy/envoy:v1.31',
      process: 'envoy',
      port: '443',
      replicas: 12,
      pool: 'edge',
      calls: ['storefront/web', 'storefront/mobile', 'storefront/assets', 'partners/partner-api'],
    },
    {
      name: 'waf',
      image: own('waf', '4.2'),
      ...go('waf'),
      replicas: 6,
      pool: 'edge',
      calls: ['edge/gateway'],
    },
  ]),
  ...stack('storefront', 'web', [
    {
      name: 'web',
      image: own('web', '118.3'),
      ...node,
      replicas: 96,
      calls: [
        'catalog/catalog-api',
        'carts/cart',
        'identity/sessions',
        'search/search-api',
        'marketing/recommendations',
      ],
    },
    {
      name: 'mobile',
      image: own('mobile-bff', '61.0'),
      ...node,
      replicas: 72,
      calls: ['catalog/catalog-api', 'carts/cart', 'identity/sessions', 'search/search-api'],
    },
    {
      name: 'assets',
      image: 'nginx:1.27',
      process: 'nginx',
      port: '80',
      replicas: 24,
      calls: ['s3.eu-west-1.amazonaws.com'],
    },
    {
      name: 'reviews',
      image: own('reviews', '9.8'),
      ...java,
      replicas: 30,
      calls: ['storefront/reviews-db', 'identity/accounts'],
    },
    { name: 'reviews-db', ...postgres },
  ]),
  ...stack('catalog', 'catalog', [
    {
      name: 'catalog-api',
      image: own('catalog', '204.1'),
      ...java,
      replicas: 102,
      calls: [
        'catalog/catalog-db',
        'catalog/catalog-cache',
        'catalog/pricing',
        'catalog/media',
        'storefront/reviews',
      ],
    },
    {
      name: 'pricing',
      image: own('pricing', '77.2'),
      ...go('pricing'),
      replicas: 72,
      calls: ['catalog/catalog-cache', 'inventory/stock'],
    },
    {
      name: 'media',
      image: own('media', '12.0'),
      ...go('media'),
      replicas: 36,
      calls: ['s3.eu-west-1.amazonaws.com'],
    },
    { name: 'catalog-db', ...postgres },
    { name: 'catalog-cache', ...redis, replicas: 9 },
  ]),
  ...stack('inventory', 'logistics', [
    {
      name: 'stock',
      image: own('stock', '31.5'),
      ...java,
      replicas: 57,
      calls: ['inventory/stock-db', 'platform/kafka'],
    },
    { name: 'stock-db', ...postgres },
  ]),
  ...stack('search', 'catalog', [
    {
      name: 'search-api',
      image: own('search', '55.4'),
      ...go('search'),
      replicas: 66,
      calls: ['search/index', 'catalog/catalog-cache'],
    },
    {
      name: 'indexer',
      image: own('indexer', '18.1'),
      ...java,
      replicas: 12,
      calls: ['search/index', 'platform/kafka', 'catalog/catalog-db'],
    },
    {
      name: 'index',
      image: 'elasticsearch:8.15',
      process: 'java',
      port: '9200',
      replicas: 12,
      pool: 'data',
      calls: [],
    },
  ]),
  ...stack('carts', 'checkout', [
    {
      name: 'cart',
      image: own('cart', '140.7'),
      ...go('cart'),
      replicas: 96,
      calls: ['carts/cart-store', 'catalog/pricing', 'checkout/checkout-api'],
    },
    { name: 'cart-store', ...redis, replicas: 12 },
  ]),
  ...stack('checkout', 'checkout', [
    {
      name: 'checkout-api',
      image: own('checkout', '96.0'),
      ...java,
      replicas: 72,
      calls: [
        'checkout/orders',
        'payments/payments-api',
        'shipping/rates',
        'checkout/tax',
        'identity/accounts',
      ],
    },
    {
      name: 'orders',
      image: own('orders', '88.3'),
      ...java,
      replicas: 78,
      calls: ['checkout/orders-db', 'platform/kafka', 'inventory/stock'],
    },
    { name: 'tax', image: own('tax', '6.4'), ...node, replicas: 18, calls: ['checkout/orders-db'] },
    {
      name: 'vouchers',
      image: own('vouchers', '4.9'),
      ...node,
      replicas: 18,
      calls: ['checkout/orders-db', 'marketing/segments'],
    },
    { name: 'orders-db', ...postgres, replicas: 5 },
  ]),
  ...stack('payments', 'payments', [
    {
      name: 'payments-api',
      image: own('payments', '71.6'),
      ...java,
      replicas: 42,
      calls: ['payments/ledger', 'payments/fraud', 'payments/psp', 'payments/vault'],
    },
    {
      name: 'fraud',
      image: own('fraud', '29.2'),
      process: 'python3',
      port: '8000',
      replicas: 36,
      calls: ['marketing/features', 'platform/kafka'],
    },
    {
      name: 'ledger',
      image: own('ledger', '15.1'),
      ...java,
      replicas: 24,
      calls: ['payments/ledger-db', MAINFRAME],
    },
    {
      name: 'psp',
      image: own('psp-adapter', '33.8'),
      ...go('psp'),
      replicas: 24,
      calls: ['api.stripe.com', 'api.adyen.com', 'payments/vault'],
    },
    {
      name: 'vault',
      image: 'hashicorp/vault:1.17',
      process: 'vault',
      port: '8200',
      replicas: 3,
      pool: 'data',
      calls: [],
    },
    { name: 'ledger-db', ...postgres },
  ]),
  ...stack('identity', 'identity', [
    {
      name: 'login',
      image: own('login', '52.2'),
      ...node,
      replicas: 30,
      calls: ['identity/accounts', 'identity/sessions'],
    },
    {
      name: 'accounts',
      image: own('accounts', '43.0'),
      ...java,
      replicas: 54,
      calls: ['identity/accounts-db', 'identity/sessions', 'messaging/mailer'],
    },
    { name: 'sessions', ...redis, replicas: 12 },
    { name: 'accounts-db', ...postgres },
  ]),
  ...stack('shipping', 'logistics', [
    {
      name: 'rates',
      image: own('rates', '22.7'),
      ...node,
      replicas: 30,
      calls: ['shipping/carriers', 'shipping/shipping-db'],
    },
    {
      name: 'carriers',
      image: own('carriers', '19.3'),
      ...go('carriers'),
      replicas: 30,
      calls: ['api.dhl.com', 'api.ups.com'],
    },
    {
      name: 'tracking',
      image: own('tracking', '17.9'),
      ...java,
      replicas: 54,
      calls: ['shipping/shipping-db', 'platform/kafka', 'messaging/push'],
    },
    {
      name: 'warehouse',
      image: own('warehouse', '64.0'),
      ...java,
      replicas: 30,
      calls: ['shipping/shipping-db', 'platform/rabbitmq', MAINFRAME],
    },
    { name: 'shipping-db', ...postgres },
  ]),
  ...stack('partners', 'logistics', [
    {
      name: 'partner-api',
      image: own('partner-api', '8.8'),
      ...java,
      replicas: 24,
      calls: ['shipping/tracking', 'catalog/catalog-api', 'identity/login'],
    },
    {
      name: 'feeds',
      image: own('feeds', '5.1'),
      process: 'python3',
      port: '8000',
      replicas: 12,
      calls: ['catalog/catalog-db', 's3.eu-west-1.amazonaws.com'],
    },
  ]),
  ...stack('messaging', 'growth', [
    {
      name: 'mailer',
      image: own('mailer', '27.0'),
      ...node,
      replicas: 24,
      calls: ['platform/rabbitmq', 'email-smtp.eu-west-1.amazonaws.com'],
    },
    {
      name: 'push',
      image: own('push', '14.6'),
      ...go('push'),
      replicas: 18,
      calls: ['fcm.googleapis.com', 'platform/rabbitmq'],
    },
  ]),
  ...stack('marketing', 'growth', [
    {
      name: 'recommendations',
      image: own('recommendations', '39.5'),
      process: 'python3',
      port: '8000',
      replicas: 78,
      calls: ['marketing/features', 'catalog/catalog-cache'],
    },
    {
      name: 'segments',
      image: own('segments', '11.2'),
      process: 'python3',
      port: '8000',
      replicas: 24,
      calls: ['marketing/features', 'analytics/clickhouse'],
    },
    {
      name: 'campaigns',
      image: own('campaigns', '20.0'),
      ...node,
      replicas: 18,
      calls: ['marketing/segments', 'messaging/mailer', 'messaging/push'],
    },
    {
      name: 'features',
      image: 'cassandra:5.0',
      process: 'java',
      port: '9042',
      replicas: 9,
      pool: 'data',
      calls: [],
    },
  ]),
  ...stack('analytics', 'insight', [
    {
      name: 'events',
      image: own('events', '16.3'),
      ...go('events'),
      replicas: 48,
      calls: ['platform/kafka'],
    },
    {
      name: 'streams',
      image: 'flink:1.20',
      process: 'java',
      port: '6123',
      replicas: 54,
      calls: ['platform/kafka', 'analytics/clickhouse'],
    },
    {
      name: 'reports',
      image: own('reports', '7.7'),
      process: 'python3',
      port: '8000',
      replicas: 18,
      calls: ['analytics/clickhouse', 's3.eu-west-1.amazonaws.com'],
    },
    {
      name: 'clickhouse',
      image: 'clickhouse/clickhouse-server:24.8',
      process: 'clickhouse',
      port: '9000',
      replicas: 8,
      pool: 'data',
      calls: [],
    },
    {
      name: 'notebooks',
      image: 'jupyter/scipy-notebook:2024-10',
      process: 'python3',
      port: '8888',
      replicas: 14,
      calls: [],
    },
  ]),
  ...stack('platform', 'platform', [
    {
      name: 'kafka',
      image: 'apache/kafka:3.8',
      process: 'java',
      port: '9092',
      replicas: 9,
      pool: 'data',
      calls: [],
    },
    {
      name: 'rabbitmq',
      image: 'rabbitmq:4.0',
      process: 'beam.smp',
      port: '5672',
      replicas: 3,
      pool: 'data',
      calls: [],
    },
    {
      name: 'scheduler',
      image: own('scheduler', '3.3'),
      ...go('scheduler'),
      replicas: 3,
      calls: ['platform/kafka', 'analytics/reports', 'partners/feeds', 'marketing/campaigns'],
    },
    {
      name: 'node-agent',
      image: own('node-agent', '2.0'),
      ...go('node-agent'),
      replicas: 'everywhere',
      calls: [],
    },
  ]),
  ...stack('observability', 'platform', [
    {
      name: 'prometheus',
      image: 'prom/prometheus:v3.1',
      process: 'prometheus',
      port: '9090',
      replicas: 3,
      pool: 'ops',
      calls: ['observability/exporter'],
    },
    {
      name: 'grafana',
      image: 'grafana/grafana:11.6',
      process: 'grafana',
      port: '3000',
      replicas: 2,
      pool: 'ops',
      calls: ['observability/prometheus', 'observability/loki'],
    },
    {
      name: 'loki',
      image: 'grafana/loki:3.2',
      process: 'loki',
      port: '3100',
      replicas: 6,
      pool: 'ops',
      calls: ['s3.eu-west-1.amazonaws.com'],
    },
    {
      name: 'exporter',
      image: 'toposcope/exporter:0.1.0',
      process: 'node',
      port: '9600',
      replicas: 'everywhere',
      calls: [],
    },
    {
      name: 'log-agent',
      image: 'grafana/alloy:v1.5',
      process: 'alloy',
      port: '12345',
      replicas: 'everywhere',
      calls: ['observability/loki'],
    },
  ]),
  ...stack('ci', 'platform', [
    {
      name: 'runner',
      image: own('ci-runner', '1.9'),
      ...go('runner'),
      replicas: 48,
      pool: 'ci',
      calls: ['ci/registry'],
    },
    {
      name: 'registry',
      image: 'registry:2.8',
      process: 'registry',
      port: '5000',
      replicas: 2,
      pool: 'ci',
      calls: ['s3.eu-west-1.amazonaws.com', 'registry-1.docker.io'],
    },
  ]),
];

function own(name: string, tag: string): string {
  return `registry.meridian.example/${name}:${tag}`;
}

interface Listed extends Omit<Service, 'stack' | 'team' | 'pool'> {
  readonly pool?: Pool;
}

function stack(name: string, team: string, services: readonly Listed[]): readonly Service[] {
  return services.map((service) => ({ pool: 'app', ...service, stack: name, team }));
}

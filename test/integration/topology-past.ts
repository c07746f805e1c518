export const HOUR = 3600;
const SCRAPE = 15;
/** Seconds after the hour's begin: two moments, between which containers came and went. */
export const EARLIER = 1500;
export const LATER = 2400;
/** When the job is killed. It runs again a hundred seconds later. */
export const CRASHED = 2580;
/** While the exporter is not scraped. */
const [LOST, FOUND] = [3200, 3500];

type Labels = Readonly<Record<string, string>>;
interface Life {
  readonly from?: number;
  readonly until?: number;
}

/**
 * An hour of one host as OpenMetrics with moments: `web` talks to `db`, `cache` and `queue`; `cache` is removed and
 * `search` starts in its place, `db` gets a second port and falls ill, `job` is killed and restarted, `queue` runs out of
 * memory twice, and the exporter is lost for a while.
 */
export function pastSamples(start: number): string {
  const families = new Map<string, string[]>();
  const add = (
    name: string,
    labels: Labels,
    value: (second: number) => number,
    { from = 0, until = HOUR }: Life = {},
  ) => {
    const lines = families.get(name) ?? [];
    families.set(name, lines);
    const text = Object.entries({ host: 'web-1', ...labels }).map(([label, word]) => `${label}="${word}"`);
    for (let second = 0; second <= HOUR; second += SCRAPE) {
      if (second >= from && second < until && (second < LOST || second >= FOUND)) {
        lines.push(`${name}{${text.join(',')}} ${value(second)} ${start + second}`);
      }
    }
  };
  const swap = LATER - 600;

  add('toposcope_exporter_build_info', { version: '1' }, () => 1);
  add('toposcope_collector_up', { collector: 'container' }, () => 1);
  add('toposcope_host_info', { os: 'Linux' }, () => 1);
  for (const { id, name, namespace, life, ended } of CONTAINERS) {
    const container = { container_id: id };
    add('toposcope_container_info', { ...container, name, image: `${name}:1` }, () => 1, life);
    add(
      'toposcope_container_workload_info',
      {
        ...container,
        orchestrator: 'compose',
        namespace: 'monitoring',
        exported_namespace: namespace,
        workload: name,
      },
      () => 1,
      life,
    );
    const [died, revived] = ended ?? [HOUR, HOUR];
    const [begin, end] = [life.from ?? 0, life.until ?? HOUR];
    add('toposcope_container_state', { ...container, state: 'running' }, () => 1, {
      from: begin,
      until: Math.min(end, died),
    });
    add('toposcope_container_state', { ...container, state: 'exited' }, () => 1, {
      from: died,
      until: revived,
    });
    add('toposcope_container_state', { ...container, state: 'running' }, () => 1, {
      from: revived,
      until: end,
    });
    add('toposcope_container_exit_code', container, () => 137, { from: died, until: revived });
    const started = life.from === undefined ? -5000 : begin;
    add(
      'toposcope_container_start_time_seconds',
      container,
      (second) => start + (second >= revived ? revived : started),
      life,
    );
    add('toposcope_container_restarts', container, (second) => (second >= revived ? 1 : 0), life);
    add(
      'toposcope_container_oom_kills_total',
      container,
      (second) => (name === 'queue' && second >= 3000 ? 2 : 0),
      life,
    );
  }
  add('toposcope_container_health', { container_id: 'bbbbbbbbbbbb', health: 'healthy' }, () => 1, {
    until: swap,
  });
  add('toposcope_container_health', { container_id: 'bbbbbbbbbbbb', health: 'unhealthy' }, () => 1, {
    from: swap,
  });

  for (const { to, port, rate, life } of [
    { to: 'bbbbbbbbbbbb', port: '5432', rate: 100, life: {} },
    { to: 'bbbbbbbbbbbb', port: '5433', rate: 50, life: { from: swap } },
    { to: 'cccccccccccc', port: '11211', rate: 10, life: { until: swap } },
    { to: 'dddddddddddd', port: '5672', rate: 20, life: {} },
    { to: 'eeeeeeeeeeee', port: '9200', rate: 30, life: { from: swap } },
  ]) {
    const labels = {
      container_id: 'aaaaaaaaaaaa',
      role: 'client',
      protocol: 'tcp',
      port,
      peer_ip: '172.17.0.9',
      peer_container_id: to,
    };
    add('toposcope_connections_open', labels, () => 1, life);
    add('toposcope_connection_sent_bytes_total', labels, (second) => rate * second, life);
    add('toposcope_connection_received_bytes_total', labels, (second) => rate * second, life);
  }
  for (const [client, server, rate] of [
    ['user', 'web', 10],
    ['web', 'db', 4],
  ] as const) {
    const labels = { client, server, connection_type: 'database' };
    add('traces_service_graph_request_total', labels, (second) => rate * second);
  }
  add('traces_service_graph_request_failed_total', { client: 'web', server: 'db' }, (second) => second);
  add('orders_total', { container: 'web' }, (second) => 3 * second);
  add('orders_total', { container: 'db' }, (second) => 5 * second);

  return [...families.values()].flat().join('\n');
}

interface PastContainer {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly life: Life;
  /** When it ended, and when it ran again. */
  readonly ended?: readonly [number, number];
}

const CONTAINERS: readonly PastContainer[] = [
  { id: 'aaaaaaaaaaaa', name: 'web', namespace: 'shop', life: {} },
  { id: 'bbbbbbbbbbbb', name: 'db', namespace: 'shop', life: {} },
  { id: 'cccccccccccc', name: 'cache', namespace: 'shop', life: { until: LATER - 600 } },
  { id: 'dddddddddddd', name: 'queue', namespace: 'blog', life: {} },
  { id: 'eeeeeeeeeeee', name: 'search', namespace: 'shop', life: { from: LATER - 600 } },
  {
    id: 'ffffffffffff',
    name: 'job',
    namespace: 'shop',
    life: { from: 600 },
    ended: [CRASHED, CRASHED + 100],
  },
];

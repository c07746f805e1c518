import { randomNumbers } from '../../grafana-datasource/src/fixtures/random-numbers';
import { POOLS, SERVICES, type Pool, type Service } from './services';

/** A container of the made-up company. */
export interface Instance {
  readonly service: Service;
  readonly host: string;
  /** 12 hexadecimal digits. */
  readonly id: string;
  /** Counted from 1 within its service, as Swarm does. */
  readonly slot: number;
  /** By the networks that it is in. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly state: 'running' | 'restarting' | 'exited';
  readonly health: '' | 'healthy' | 'unhealthy';
}

/** One replica that calls another, or something outside by its name or address. */
export interface Call {
  readonly from: Instance;
  readonly to: Instance | string;
  readonly bytes: number;
  readonly open: number;
  readonly failed: number;
}

export interface Company {
  readonly hosts: readonly string[];
  readonly instances: readonly Instance[];
  readonly calls: readonly Call[];
}

/** So many replicas of a service does each caller keep connections to. */
const FAN_OUT = 2;
/** Replicas that are down, restart or fail their checks. */
const TROUBLE: Readonly<Record<string, Pick<Instance, 'state' | 'health'>>> = {
  'checkout/orders.7': { state: 'running', health: 'unhealthy' },
  'checkout/orders.19': { state: 'running', health: 'unhealthy' },
  'analytics/reports.4': { state: 'restarting', health: '' },
  'marketing/segments.11': { state: 'exited', health: '' },
  'marketing/segments.12': { state: 'exited', health: '' },
  'ci/runner.30': { state: 'exited', health: '' },
};

/**
 * A shop on 100 hosts with about 2,000 containers that make about 10,000 connections: the same every time.
 *
 * @param release What was deployed: `before` an older state, with other services and versions.
 */
export function company(release: 'now' | 'before' = 'now'): Company {
  const hosts = Object.entries(POOLS).flatMap(([pool, count]) =>
    Array.from({ length: count }, (_, index) => hostName(pool, index)),
  );
  const services = SERVICES.filter(({ name }) => name !== ABSENT[release]);
  const instances = withAddresses(services.flatMap((service) => replicasOf(service, hosts)));
  return { hosts, instances, calls: callsOf(instances) };
}

/** What came with the release, and what went with it. */
const ABSENT = { now: 'notebooks', before: 'vouchers' } as const;

export function hostAddress(hosts: readonly string[], host: string): string {
  return `10.20.0.${hosts.indexOf(host) + 1}`;
}

function hostName(pool: string, index: number): string {
  return `${pool}-${String(index + 1).padStart(2, '0')}`;
}

function replicasOf(service: Service, hosts: readonly string[]): Instance[] {
  const everywhere = service.replicas === 'everywhere';
  const pool = everywhere ? hosts : hosts.filter((host) => isOf(host, service.pool));
  const count = service.replicas === 'everywhere' ? hosts.length : service.replicas;
  const place = SERVICES.indexOf(service);
  return Array.from({ length: count }, (_, index) => {
    const key = `${service.stack}/${service.name}.${index + 1}`;
    return {
      service,
      // Replicas spread over the hosts; each service begins on another one.
      host: pool[(index + place * 7) % pool.length] ?? '',
      id: (0x3f0000000000 + place * 0x1d0b47f31 + index * 0x9d3f1).toString(16).padStart(12, '0'),
      slot: index + 1,
      addresses: {},
      state: 'running',
      health: service.pool === 'app' && !everywhere ? 'healthy' : '',
      ...TROUBLE[key],
    };
  });
}

/** A network a stack, over all hosts as Swarm makes them, and one that all databases share. */
function withAddresses(instances: readonly Instance[]): Instance[] {
  const members = new Map<string, number>();
  const join = (network: string): readonly [string, string] => {
    const last = (members.get(network) ?? 1) + 1;
    members.set(network, last);
    return [network, `10.${100 + [...members.keys()].indexOf(network)}.0.${last}`];
  };
  return instances.map((instance) => {
    const { stack, pool } = instance.service;
    const networks = [`${stack}_default`, ...(pool === 'data' ? ['data'] : [])];
    return { ...instance, addresses: Object.fromEntries(networks.map(join)) };
  });
}

function isOf(host: string, pool: Pool): boolean {
  return host.startsWith(`${pool}-`);
}

function callsOf(instances: readonly Instance[]): Call[] {
  const random = randomNumbers(11);
  const replicas = replicasByName(instances);
  return instances.flatMap((from) => {
    if (from.state === 'exited') {
      return [];
    }
    return from.service.calls.flatMap((name) => {
      const called = replicas.get(name)?.filter(({ state }) => state !== 'exited');
      const isWatching = name === 'observability/exporter';
      const chosen = called
        ? isWatching
          ? called
          : spread(called, from.slot, FAN_OUT)
        : name.includes('/')
          ? []
          : [name];
      return chosen.map((to) => callOf(from, to, random()));
    });
  });
}

function replicasByName(instances: readonly Instance[]): ReadonlyMap<string, Instance[]> {
  const replicas = new Map<string, Instance[]>();
  for (const instance of instances) {
    const { stack, name } = instance.service;
    const key = `${stack}/${name}`;
    replicas.set(key, [...(replicas.get(key) ?? []), instance]);
  }
  return replicas;
}

/** Neighbours in a ring, so that all replicas of a service have callers. */
function spread(all: readonly Instance[], slot: number, count: number): Instance[] {
  const chosen = Array.from({ length: count }, (_, index) => all[(slot * count + index) % all.length]);
  return [...new Set(chosen.filter((instance) => instance !== undefined))];
}

function callOf(from: Instance, to: Instance | string, chance: number): Call {
  const failing = to === 'api.adyen.com' || (typeof to !== 'string' && to.health === 'unhealthy');
  // Few calls carry most of the bytes, as everywhere.
  const bytes = chance < 0.04 ? 0 : Math.round(400 * 10 ** (chance ** 3 * 4));
  return { from, to, bytes, open: 1 + Math.floor(chance * 6), failed: failing ? 0.4 : 0 };
}

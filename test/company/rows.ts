import { randomNumbers } from '../../grafana-datasource/src/fixtures/random-numbers';
import type { Row } from '../../grafana-datasource/src/fixtures/vector-of-rows';
import type { QueryId } from '../../grafana-datasource/src/promql/queries';
import { type Call, type Company, hostAddress, type Instance } from './company';
import { MAINFRAME } from './services';

export type Rows = ReadonlyMap<QueryId, readonly Row[]>;
type Add = (id: QueryId, labels: Row['labels'], value?: number) => void;

const GIGABYTE = 1024 ** 3;
const SINCE = 1_790_000_000;
/** A host whose databases have too much to do. */
const HOT = 'data-03';

/** What the exporters on the company's hosts would publish, by the query that asks for it; counters by their growth in a second. */
export function rowsOf({ hosts, instances, calls }: Company): Rows {
  const rows = new Map<QueryId, Row[]>();
  const add: Add = (id, labels, value = 1) => {
    const list = rows.get(id);
    if (list === undefined) {
      rows.set(id, [{ labels, value }]);
    } else {
      list.push({ labels, value });
    }
  };
  const random = randomNumbers(5);
  const chances = hosts.map(() => random());
  const loads = loadsOf(instances, random);
  hosts.forEach((host, index) => {
    const used = sumOf(loads.flatMap((load) => (load.instance.host === host ? [load] : [])));
    addHost(host, hostAddress(hosts, host), used, chances[index] ?? 0, add);
  });
  for (const load of loads) {
    addContainer(load, add);
  }
  for (const call of calls) {
    addCall(call, add);
  }
  for (const gateway of instances.filter(({ service }) => service.name === 'waf')) {
    addServerSide(gateway, 'internet', '443', 8_000_000, add);
  }
  return rows;
}

/** What one container uses. */
interface Load {
  readonly instance: Instance;
  /** 0 to 1. */
  readonly chance: number;
  /** Cores. */
  readonly cpu: number;
}

/** Databases use more than what asks them; those on one host use nearly all of it. */
function loadsOf(instances: readonly Instance[], random: () => number): Load[] {
  const loads = instances.map((instance): Load => {
    const chance = random();
    const share = instance.state === 'exited' ? 0 : 0.05 + 1.4 * chance ** 3;
    return { instance, chance, cpu: isOfDatabases(instance) ? share * 3 : share };
  });
  const hot = loads.filter(({ instance }) => instance.host === HOT);
  const factor = (0.91 * cpusOf(HOT)) / sumOf(hot);
  return loads.map((load) => (load.instance.host === HOT ? { ...load, cpu: load.cpu * factor } : load));
}

function sumOf(loads: readonly Load[]): number {
  return loads.reduce((sum, { cpu }) => sum + cpu, 0);
}

function isOfDatabases({ service }: Instance): boolean {
  return service.pool === 'data';
}

function cpusOf(host: string): number {
  return host.startsWith('data') ? 32 : 16;
}

/** @param used Cores, by its containers. */
function addHost(host: string, ip: string, used: number, chance: number, add: Add): void {
  const isHot = host === HOT;
  const [cpus, memory] = [cpusOf(host), host.startsWith('data') ? 256 : 64];
  const kernel = host.startsWith('app-6') ? '6.1.0-31-amd64' : '6.12.9-amd64';
  const machine = { machine_id: host, os: 'Debian GNU/Linux', os_version: '12', kernel, arch: 'x64' };
  add('hostInfo', { host, ...machine });
  add('exporters', { host, version: '0.1.0', node_version: 'v22.12.0' });
  for (const collector of ['host', 'container', 'process', 'connection', 'self']) {
    add('collectors', { host, collector });
  }
  add('hostAddresses', { host, interface: 'lo', ip: '127.0.0.1', scope: 'host' });
  add('hostAddresses', { host, interface: 'eth0', ip, scope: 'global' });
  add('hostBootTime', { host }, SINCE);
  add('hostCpus', { host }, cpus);
  const busy = Math.min(cpus, used + 0.06 * cpus);
  add('hostBusy', { host }, busy);
  add('hostLoad1', { host }, busy * 1.1);
  add('hostLoad5', { host }, busy);
  add('hostLoad15', { host }, busy * 0.9);
  add('hostMemory', { host, state: 'total' }, memory * GIGABYTE);
  add('hostMemory', { host, state: 'available' }, memory * GIGABYTE * (isHot ? 0.08 : 0.7 - 0.4 * chance));
}

function addContainer({ instance, chance, cpu }: Load, add: Add): void {
  const { service, host, id, slot, addresses, state, health } = instance;
  const { stack, name, image, process, port, team } = service;
  const key = { host, container_id: id };
  const container = `${stack}_${name}.${slot}`;
  const image_id = `sha256:${image.replaceAll(/\W/g, '')}`;
  add('containerInfo', { ...key, name: container, image, image_id, runtime: 'docker', hostname: id });
  const workload = { orchestrator: 'swarm', namespace: stack, workload_kind: 'service' };
  add('containerWorkload', { ...key, ...workload, workload: `${stack}_${name}`, instance: String(slot) });
  const role: Row['labels'] =
    stack === 'observability' || stack === 'platform' ? { label_toposcope_role: 'system' } : {};
  add('containerLabels', { ...key, label_team: team, ...role });
  add('containerState', { ...key, state });
  add('containerCreated', key, SINCE + 60_000);
  add('containerStarted', key, SINCE + 60_010);
  add('containerRestarts', key, state === 'restarting' ? 14 : 0);
  if (health !== '') {
    add('containerHealth', { ...key, health });
  }
  if (state === 'exited') {
    add('containerExitCode', key, 137);
    return;
  }
  for (const [network, ip] of Object.entries(addresses)) {
    add('containerAddresses', { ...key, network, ip });
  }
  add('listeners', { ...key, process, protocol: 'tcp', ip: '0.0.0.0', port, published: 'no' });
  const memory = GIGABYTE * (0.2 + 0.7 * chance);
  add('containerCpu', key, cpu);
  add('containerCpuLimit', key, isOfDatabases(instance) ? 24 : 2);
  add('containerMemory', key, memory);
  add('containerMemoryLimit', key, GIGABYTE);
  add('containerPids', key, 14);
  for (const direction of ['receive', 'transmit']) {
    add('containerNetwork', { ...key, direction }, 20_000 * chance);
  }
  for (const direction of ['read', 'write']) {
    add('containerIo', { ...key, direction }, service.pool === 'data' ? 4e6 * chance : 0);
  }
  add('groupProcesses', { ...key, name: process }, 1);
  add('groupCpu', { ...key, name: process }, cpu);
  add('groupMemory', { ...key, name: process }, memory);
  const pid = { ...key, pid: String(2000 + slot) };
  add('processInfo', { ...pid, ppid: '1', name: process, user: 'app', state: 'S' });
  add('processCpu', pid, cpu);
  add('processMemory', pid, memory);
}

/** Both ends tell of a call between containers; they have addresses of one network, so that these name each other. */
function addCall({ from, to, bytes, open, failed }: Call, add: Add): void {
  const numbers = { open, failed, sent: bytes, received: bytes * 4 };
  if (typeof to === 'string') {
    const peer: Row['labels'] =
      to === MAINFRAME ? { peer_ip: to, port: '1414' } : { peer_ip: 'internet', peer_name: to, port: '443' };
    addEdge({ ...endOf(from), role: 'client', ...peer }, numbers, add);
    return;
  }
  const { port } = to.service;
  addEdge({ ...endOf(from), role: 'client', port, ...peerOf(to, from.host) }, numbers, add);
  const seen = { open, failed: 0, sent: bytes * 4, received: bytes };
  addEdge({ ...endOf(to), role: 'server', port, ...peerOf(from, to.host) }, seen, add);
}

/** An exporter names who is at the other end where that is on its own host. */
function peerOf(peer: Instance, host: string): Row['labels'] {
  const known = { peer_container_id: peer.id, peer_process: peer.service.process };
  return { peer_ip: addressOf(peer), ...(peer.host === host ? known : {}) };
}

function addServerSide(at: Instance, peer: string, port: string, bytes: number, add: Add): void {
  const numbers = { open: 900, failed: 0, sent: bytes * 4, received: bytes };
  addEdge({ ...endOf(at), role: 'server', port, peer_ip: peer }, numbers, add);
}

function addressOf({ addresses }: Instance): string {
  return Object.values(addresses)[0] ?? '';
}

function endOf({ host, id, service }: Instance): Row['labels'] {
  return { host, container_id: id, process: service.process, protocol: 'tcp' };
}

interface EdgeNumbers {
  readonly open: number;
  readonly failed: number;
  readonly sent: number;
  readonly received: number;
}

function addEdge(labels: Row['labels'], { open, failed, sent, received }: EdgeNumbers, add: Add): void {
  add('edgeOpen', labels, open);
  add('edgeOpened', labels, open / 8);
  add('edgeClosed', labels, open / 8);
  if (failed > 0) {
    add('edgeFailed', labels, failed);
  }
  add('edgeSent', labels, sent);
  add('edgeReceived', labels, received);
  add('edgeRetransmits', labels, failed / 10);
  add('edgeRttSum', labels, 0.003);
  add('edgeRttCount', labels, 5);
}

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Row, vectorOfRows } from '../../grafana-datasource/src/fixtures/vector-of-rows';
import { complete } from '../../grafana-datasource/src/graph/steps';
import type { Topology, ViewId } from '../../grafana-datasource/src/graph/topology';
import { QUERIES } from '../../grafana-datasource/src/promql/queries';
import { buildTopology, queriesOf } from '../../grafana-datasource/src/views/build';
import { VIEWS } from '../../grafana-datasource/src/views/register';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { deleteNamespace, run } from '../engines/network-namespaces.js';
import { type PrometheusServer, startPrometheus } from '../engines/prometheus.js';
import { Lan, VirtualHost } from '../engines/virtual-host.js';

const canRun = process.getuid?.() === 0 && existsSync('/usr/sbin/dockerd');
const IMAGE = 'toposcope-test-hosts';
const HOSTS = ['north', 'east', 'west'] as const;
type HostName = (typeof HOSTS)[number];
/** A machine without an exporter. */
const STRANGER = 'toposcope-stranger';
const SUBNET = 40;
const WEB = ['sh', '-c', 'echo page > /tmp/index.html; exec httpd -f -v -p 80 -h /tmp'];

/** Who asks whom how often, over the published port unless both are on one host. */
const REQUESTS: readonly { readonly from: HostName; readonly to: HostName; readonly times: number }[] = [
  { from: 'north', to: 'east', times: 5 },
  { from: 'east', to: 'west', times: 7 },
  { from: 'west', to: 'north', times: 9 },
  { from: 'north', to: 'north', times: 11 },
  { from: 'east', to: 'east', times: 12 },
  { from: 'west', to: 'west', times: 13 },
];
const FROM_STRANGER = 4;
const TO_STRANGER = 3;

/**
 * Three hosts, each with an engine and an exporter of its own. On each, the first container of the default bridge has
 * the same address as on the others, and so has the second.
 */
describe.skipIf(!canRun)('three hosts with the same container addresses (needs root and dockerd)', () => {
  const hosts = new Map<HostName, VirtualHost>();
  let lan: Lan | undefined;
  let prometheus: PrometheusServer | undefined;
  const pages = mkdtempSync(path.join(tmpdir(), 'toposcope-hosts-'));

  beforeAll(async () => {
    lan = Lan.create(SUBNET);
    const network = lan;
    deleteNamespace(STRANGER);
    run('ip', 'netns', 'add', STRANGER);
    network.join(STRANGER, 9);
    const targets = await Promise.all(
      HOSTS.map(async (name, index) => {
        const host = await VirtualHost.start(network, name, index + 1);
        hosts.set(name, host);
        await host.startEngine();
        await buildBusyboxImage(host.docker, IMAGE);
        await startContainer(host, 'web', WEB);
        await startContainer(host, 'client', ['sleep', '3600']);
        return host.startExporter();
      }),
    );
    writeFileSync(path.join(pages, 'index.html'), 'page');
    run('ip', 'netns', 'exec', STRANGER, 'busybox', 'httpd', '-p', '80', '-h', pages);
    prometheus = await startPrometheus(targets);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await Promise.all([...hosts.values()].map((host) => host.stop()));
    deleteNamespace(STRANGER);
    lan?.delete();
    rmSync(pages, { recursive: true });
  });

  const hostOf = (name: HostName): VirtualHost => {
    const host = hosts.get(name);
    if (host === undefined) {
      throw new Error(`The host ${name} was not started`);
    }
    return host;
  };

  it('draws each connection between the right containers and hosts, once, and a machine without an exporter as what it is', async () => {
    const addresses = await Promise.all(HOSTS.map((name) => addressesOf(hostOf(name))));
    // What makes it hard.
    expect(new Set(addresses.map((found) => JSON.stringify(found))).size).toBe(1);
    const webAddress = addresses[0]?.web ?? '';
    const before = { containers: await drawnEdges('containers'), hosts: await drawnEdges('hosts') };
    const answersBefore = await answersByHost();

    for (const { from, to, times } of REQUESTS) {
      const url = from === to ? `http://${webAddress}/` : `http://${hostOf(to).address}:8080/`;
      await fetchFrom(hostOf(from), times, url);
    }
    await fetchFrom(hostOf('north'), TO_STRANGER, `http://10.79.${SUBNET}.9/`);
    const page = `http://${hostOf('east').address}:8080/`;
    run('ip', 'netns', 'exec', STRANGER, 'busybox', 'sh', '-c', fetchTimes(FROM_STRANGER, page));

    const stranger = `10.79.${SUBNET}.9`;
    const containers = {
      ...Object.fromEntries(REQUESTS.map(({ from, to, times }) => [`client@${from} → web@${to}`, times])),
      [`client@north → ${stranger}`]: TO_STRANGER,
      [`${stranger} → web@east`]: FROM_STRANGER,
    };
    await vi.waitFor(
      async () => expect(since(before.containers, await drawnEdges('containers'))).toEqual(containers),
      { timeout: 40_000, interval: 1_000 },
    );
    // As often as they talk to each other.
    expect(since(before.hosts, await drawnEdges('hosts'))).toEqual({
      'north → east': 5,
      'east → west': 7,
      'west → north': 9,
      [`north → ${stranger}`]: TO_STRANGER,
      [`${stranger} → east`]: FROM_STRANGER,
    });
    // The servers' own logs are the truth.
    expect(since(answersBefore, await answersByHost())).toEqual({
      north: 9 + 11,
      east: 5 + 12 + FROM_STRANGER,
      west: 7 + 13,
    });
  });

  async function answersByHost(): Promise<Counts> {
    return Object.fromEntries(
      await Promise.all(HOSTS.map(async (name) => [name, await answersOf(hostOf(name))] as const)),
    );
  }

  /** The edges of a picture made of what Prometheus has: between whom, and how many connections were opened. */
  async function drawnEdges(view: ViewId): Promise<Counts> {
    const { nodes, edges } = await draw(view);
    const nameOf = new Map(
      nodes.map(({ id, label, group, kind }) => [id, kind === 'container' ? `${label}@${group}` : label]),
    );
    const counts: Record<string, number> = {};
    for (const { source, target, traffic } of edges.filter(({ links }) =>
      links.some(({ port }) => port !== EXPORTER_PORT),
    )) {
      const name = `${nameOf.get(source) ?? source} → ${nameOf.get(target) ?? target}`;
      // Two edges of one name are a fault, and must not pass for one.
      const twice = counts[name] === undefined ? name : `${name}, once more`;
      counts[twice] = traffic.opened;
    }
    return counts;
  }

  async function draw(view: ViewId): Promise<Topology> {
    const scope = { matchers: [], hosts: [], window: '1s', edges: VIEWS[view].edges };
    const answers = await Promise.all(
      queriesOf(VIEWS[view]).map(async (id) => {
        // Counts since the start in the place of rates: what is asked for is known exactly.
        const expr = QUERIES[id].promql(scope).replace(/rate\(([^[]+)\[1s\]\)/g, '$1');
        const found = (await prometheus?.query(expr)) ?? [];
        const rows = found.map(({ metric, value }): Row => ({ labels: metric, value }));
        return [id, vectorOfRows(rows)] as const;
      }),
    );
    const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
    return complete(
      buildTopology(VIEWS[view], Object.fromEntries(answers), options, { at: Date.now(), notices: [] }),
    );
  }
});

type Counts = Readonly<Record<string, number>>;

/** What has been counted since an earlier look: an earlier try has left its own. */
function since(before: Counts, now: Counts): Counts {
  return Object.fromEntries(
    Object.entries(now)
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([name, count]) => count !== 0 || before[name] === undefined),
  );
}

/** Prometheus' own scrapes. */
const EXPORTER_PORT = '10420';

async function startContainer(
  { docker }: VirtualHost,
  name: string,
  command: readonly string[],
): Promise<void> {
  const container = await docker.createContainer({
    name,
    Image: IMAGE,
    Cmd: [...command],
    ...(name === 'web' && {
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '8080' }] } },
    }),
  });
  await container.start();
}

async function addressesOf({ docker }: VirtualHost): Promise<Record<string, string>> {
  const containers = await docker.listContainers();
  return Object.fromEntries(
    containers
      .map(
        ({ Names, NetworkSettings }) =>
          [Names[0]?.slice(1) ?? '', NetworkSettings.Networks.bridge?.IPAddress ?? ''] as const,
      )
      .sort(),
  );
}

async function fetchFrom({ docker }: VirtualHost, times: number, url: string): Promise<void> {
  const exec = await docker
    .getContainer('client')
    .exec({ Cmd: ['sh', '-c', fetchTimes(times, url)], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  await new Promise((resolve) => stream.on('end', resolve).resume());
  const { ExitCode } = await exec.inspect();
  expect(ExitCode, url).toBe(0);
}

function fetchTimes(times: number, url: string): string {
  return `for i in $(seq ${times}); do wget -q -O /dev/null ${url} || exit 1; done`;
}

async function answersOf({ docker }: VirtualHost): Promise<number> {
  const log = await docker.getContainer('web').logs({ stdout: true, stderr: true });
  return log.toString('latin1').split('response:200').length - 1;
}

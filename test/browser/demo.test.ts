import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  freeStackPorts,
  makeStateFolder,
  npmStart,
  type NpmStart,
  type StackPorts,
} from '../engines/npm-start.js';
import { queryPrometheus, type Series } from '../engines/prometheus.js';
import { describeDashboards } from './demo-dashboards.js';
import { describePages } from './viewer-pages.js';

/** It scrapes each 5 seconds what the exporter has found in a pass before; a busy machine takes its time. */
const WAIT = { timeout: 90_000, interval: 1_000 };

/** Client, server, the server's port: the whole application, and nothing else. */
const CONTAINER_EDGES = [
  ...['lb1', 'lb2'].map((lb) => `client → ${lb}:80`),
  ...['lb1', 'lb2'].flatMap((lb) => ['app1', 'app2'].map((app) => `${lb} → ${app}:8080`)),
  ...['app1', 'app2'].flatMap((app) => ['db1', 'db2', 'db3'].map((db) => `${app} → ${db}:5432`)),
].sort();
const IMAGE_EDGES = ['app → db:5432', 'client → lb:80', 'lb → app:8080'];

describe('npm start -- --demo', () => {
  const state = makeStateFolder();
  let ports: StackPorts;
  let stack: NpmStart;
  let prometheusUrl: string;
  /** The first 12 digits of a container's id → its name without the common beginning, as Docker says. */
  let names: Map<string, string>;

  beforeAll(async () => {
    ports = await freeStackPorts();
    prometheusUrl = `http://127.0.0.1:${ports.prometheus}`;
    stack = npmStart(ports, state.path, ['--demo']);
    await stack.ready;
    names = demoContainers();
  });
  afterAll(async () => {
    stack.interrupt();
    await stack.exited;
    state.remove();
  });

  it('prints the addresses of what answers', async () => {
    for (const port of [ports.viewer, ports.prometheus, ports.exporter]) {
      expect(stack.output()).toContain(`:${port}`);
      expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    }
  });

  it('publishes one port, that of the first load balancer', () => {
    const published = docker(
      'ps',
      '--filter',
      'label=toposcope.demo=true',
      '--format',
      '{{.Names}} {{.Ports}}',
    )
      .split('\n')
      .filter((line) => line.includes('->'));
    expect(published).toHaveLength(1);
    expect(published[0]).toMatch(/^toposcope-demo-lb1 /);
  });

  // Meanwhile Prometheus comes to its half minute of scrapes.
  describePages(() => prometheusUrl);

  describe('after half a minute', () => {
    beforeAll(async () => {
      // Rates over half a minute want half a minute of each edge.
      await vi.waitFor(async () => {
        const scrapes = 'count_over_time(toposcope_connections_opened_total{role="client"}[30s])';
        const seen = await openedBetween(prometheusUrl, names, scrapes);
        expect(CONTAINER_EDGES.filter((edge) => (seen.get(edge) ?? 0) < 6)).toEqual([]);
      }, WAIT);
    });

    it("gives Prometheus exactly the demo's edges, by container", async () => {
      const edges = await openedBetween(prometheusUrl, names);
      expect([...edges.keys()].sort()).toEqual(CONTAINER_EDGES);
    });

    it("gives Prometheus exactly the demo's edges, by image", async () => {
      const images = new Map(
        (await queryPrometheus(prometheusUrl, 'toposcope_container_info')).map(({ metric }) => [
          metric.container_id ?? '',
          /^toposcope-demo\/(\w+)/.exec(metric.image ?? '')?.[1] ?? '',
        ]),
      );
      const demoImages = new Map([...images].filter(([, image]) => image !== ''));
      expect([...(await openedBetween(prometheusUrl, demoImages)).keys()].sort()).toEqual(IMAGE_EDGES);
    });

    it("shows rates that match the load generator's own count", async () => {
      await vi.waitFor(async () => {
        const asked = clientRates();
        const rates = await openedBetween(
          prometheusUrl,
          names,
          'rate(toposcope_connections_opened_total{role="client"}[30s])',
        );
        for (const lb of ['lb1', 'lb2']) {
          const rate = asked.get(lb) ?? 0;
          expect(within(rates.get(`client → ${lb}:80`), rate)).toBe(true);
          expect(within(rates.get(`${lb} → app1:8080`), rate / 2)).toBe(true);
          expect(within(rates.get(`${lb} → app2:8080`), rate / 2)).toBe(true);
        }
        const all = (asked.get('lb1') ?? 0) + (asked.get('lb2') ?? 0);
        for (const app of ['app1', 'app2']) {
          for (const db of ['db1', 'db2', 'db3']) {
            expect(within(rates.get(`${app} → ${db}:5432`), all / 6)).toBe(true);
          }
        }
      }, WAIT);
    });

    it('misses no connection: totals equal what was sent', async () => {
      docker('pause', 'toposcope-demo-client');
      try {
        await vi.waitFor(async () => {
          // What has not changed for three scrapes is all that there is.
          const changed = 'changes(toposcope_connections_opened_total{role="client"}[15s])';
          expect(sumOf(await openedBetween(prometheusUrl, names, changed), /./)).toBe(0);
          const opened = await openedBetween(prometheusUrl, names);
          for (const [lb, sent] of clientCounts()) {
            // The client writes its count after every tenth request.
            expect(opened.get(`client → ${lb}:80`)).toBeGreaterThanOrEqual(sent);
            expect(opened.get(`client → ${lb}:80`)).toBeLessThanOrEqual(sent + 10);
          }
          expect(sumOf(opened, /^lb\d → app/)).toBe(sumOf(opened, /^client → lb/));
          expect(sumOf(opened, /^app\d → db/)).toBe(sumOf(opened, /^client → lb/));
        }, WAIT);
      } finally {
        docker('unpause', 'toposcope-demo-client');
      }
    });
  });

  describeDashboards(() => prometheusUrl);

  it('is left alone by a second stack, which says whose it is', async () => {
    const otherState = makeStateFolder();
    const second = npmStart(await freeStackPorts(), otherState.path, ['--demo']);
    try {
      await second.ready;
      expect(second.output()).toMatch(/Demo\s+not started: that of process \d+ runs on this engine/);
    } finally {
      second.interrupt();
      await second.exited;
      otherState.remove();
    }
    expect(demoContainers()).toEqual(names);
  });

  it('ends well and leaves nothing behind after Ctrl-C', async () => {
    stack.interrupt();
    expect(await stack.exited).toBe(0);
    expect(stack.output()).not.toContain('could not be stopped');
    expect(existsSync(`${state.path}/run.json`)).toBe(false);
    expect(docker('ps', '--all', '--quiet', '--filter', 'label=toposcope.demo=true')).toBe('');
    expect(docker('network', 'ls', '--quiet', '--filter', 'label=toposcope.demo=true')).toBe('');
    expect(docker('images', '--quiet', '--filter', 'reference=toposcope-demo/*')).toBe('');
    for (const port of [ports.viewer, ports.prometheus, ports.exporter]) {
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    }
  });

  it('starts again on the same ports after kill -9, and clears up what that left', async () => {
    const killed = npmStart(ports, state.path, ['--demo']);
    await killed.ready;
    killed.kill();
    await killed.exited;
    expect(docker('ps', '--quiet', '--filter', 'label=toposcope.demo=true')).not.toBe('');

    const again = npmStart(ports, state.path);
    try {
      await again.ready;
      expect(docker('ps', '--all', '--quiet', '--filter', 'label=toposcope.demo=true')).toBe('');
    } finally {
      again.interrupt();
      await again.exited;
    }
  });
});

/** The demo's edges → the expression's value. An edge to or from anything else would be among them. */
async function openedBetween(
  url: string,
  nameOf: ReadonlyMap<string, string>,
  expr = 'toposcope_connections_opened_total{role="client"}',
): Promise<Map<string, number>> {
  const edges = new Map<string, number>();
  for (const { metric, value } of await queryPrometheus(url, expr)) {
    const client = nameOf.get(metric.container_id ?? '');
    const server = nameOf.get(metric.peer_container_id ?? '');
    const ofDemo = client !== undefined || server !== undefined;
    // A container asks Docker's name server inside its own namespace: nobody else's business.
    if (!ofDemo || metric.container_id === metric.peer_container_id) {
      continue;
    }
    const edge = `${client ?? strangerOf(metric)} → ${server ?? strangerOf(metric)}:${metric.port ?? ''}`;
    edges.set(edge, (edges.get(edge) ?? 0) + value);
  }
  return edges;
}

function strangerOf(metric: Series['metric']): string {
  return `? (${JSON.stringify(metric)})`;
}

function demoContainers(): Map<string, string> {
  const lines = docker('ps', '--filter', 'label=toposcope.demo=true', '--format', '{{.ID}} {{.Names}}').split(
    '\n',
  );
  return new Map(lines.map((line) => line.replace('toposcope-demo-', '').split(' ') as [string, string]));
}

/** Load balancer → requests sent, from the last line that the client wrote about it. */
function clientCounts(): Map<string, number> {
  return new Map(clientLog().map(({ lb, sent }) => [lb, sent]));
}

/** Load balancer → requests a second over the last half minute, by the engine's timestamps of the client's lines. */
function clientRates(): Map<string, number> {
  const rates = new Map<string, number>();
  for (const lb of ['lb1', 'lb2']) {
    const lines = clientLog().filter((line) => line.lb === lb);
    const last = lines.at(-1);
    const first = lines.find(({ at }) => last !== undefined && last.at - at <= 30_000);
    if (first && last && last !== first) {
      rates.set(lb, ((last.sent - first.sent) / (last.at - first.at)) * 1000);
    }
  }
  return rates;
}

function clientLog(): { at: number; lb: string; sent: number }[] {
  return docker('logs', '--timestamps', 'toposcope-demo-client')
    .split('\n')
    .map((line) => {
      const [, at, lb, sent] = /^(\S+) (lb\d) sent=(\d+) failed=0$/.exec(line) ?? [];
      if (at === undefined || lb === undefined || sent === undefined) {
        throw new Error(`The client wrote: ${line}`);
      }
      return { at: Date.parse(at), lb, sent: Number(sent) };
    });
}

/** Scrapes and log lines are seconds apart: a fifth either way. */
function within(actual: number | undefined, expected: number): boolean {
  return actual !== undefined && Math.abs(actual - expected) <= expected / 5;
}

function sumOf(edges: ReadonlyMap<string, number>, pattern: RegExp): number {
  return [...edges].filter(([edge]) => pattern.test(edge)).reduce((sum, [, value]) => sum + value, 0);
}

function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8' }).trim();
}

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { until } from '../engines/companion.js';
import { COMPANION, ComposeStack, EXPORTER } from '../engines/compose-stack.js';
import { queryPrometheus } from '../engines/prometheus.js';

const COMPOSE = path.resolve(import.meta.dirname, '../../compose');
const run = promisify(execFile);
/** For a machine that has much else to do. */
const PATIENCE_MS = 90_000;

interface Service {
  readonly image: string;
  readonly read_only?: boolean;
  readonly cap_drop: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt: readonly string[];
  readonly privileged?: boolean;
  readonly mem_limit: string;
  readonly healthcheck?: object;
  readonly environment?: Readonly<Record<string, string>>;
  readonly logging?: object;
}

describe('docker-compose.yml, as docker-compose reads it', () => {
  let services: Readonly<Record<string, Service>>;
  beforeAll(async () => {
    const { stdout } = await run('docker-compose', ['--profile', 'demo', 'config'], { cwd: COMPOSE });
    ({ services } = parse(stdout) as { services: Record<string, Service> });
  });

  it('bounds every service, takes its capabilities away, and lets none become more', () => {
    expect(Object.keys(services).length).toBeGreaterThan(8);
    for (const [name, service] of Object.entries(services)) {
      expect(service.cap_drop, name).toEqual(['ALL']);
      expect(service.security_opt, name).toContain('no-new-privileges:true');
      expect(service.mem_limit, name).toBeTruthy();
      expect(service.privileged, name).toBeUndefined();
    }
  });

  it('runs all but the demo on read-only file systems, with a health check and logs that do not grow', () => {
    for (const [name, service] of Object.entries(services).filter(([key]) => !key.startsWith('demo-'))) {
      expect(service.read_only, name).toBe(true);
      expect(service.healthcheck, name).toBeDefined();
      expect(service.logging, name).toBeDefined();
    }
  });

  it('gives the exporter no capability that the table in README.md does not explain', () => {
    const readme = readFileSync(path.join(COMPOSE, '../README.md'), 'utf8');
    const table = [...readme.matchAll(/`CAP_([A-Z_]+)`/g)].map(([, name]) => name);
    expect(services.exporter?.cap_add?.length).toBeGreaterThan(4);
    expect(table).toEqual(expect.arrayContaining([...(services.exporter?.cap_add ?? [])]));
  });

  it('pins every image', () => {
    for (const [name, { image }] of Object.entries(services)) {
      expect(image, name).toMatch(/:\d+\.\d+\.\d+|:v\d+\.\d+\.\d+/);
    }
  });

  it('has no secret in an environment', () => {
    for (const { environment = {} } of Object.values(services)) {
      for (const [key, value] of Object.entries(environment)) {
        expect(/token|password|secret|_key/i.test(key) ? value : '/', key).toMatch(/^\//);
      }
    }
  });
});

describe('the stack, started for real', () => {
  const docker = new Docker();
  let stack: ComposeStack;

  const wget = async (service: string, url: string): Promise<string> =>
    stack.compose('exec', '-T', service, 'wget', '-q', '-O', '-', url);
  const count = async (expr: string): Promise<number> =>
    (await queryPrometheus(stack.prometheusUrl, expr)).length;

  beforeAll(async () => {
    stack = await ComposeStack.prepare();
    // What a killed run left.
    await stack.compose('--profile', 'demo', 'down', '--volumes', '--timeout', '1');
    await stack.buildImages(docker);
    const scale = ['--scale', 'gateway=2', '--scale', 'demo-app=3'];
    const services = ['exporter', 'agent', 'nginx', 'prometheus', 'demo-client'];
    await stack.compose('--profile', 'demo', 'up', '-d', ...scale, ...services);
  }, 400_000);
  afterAll(() => stack.remove(docker));

  it('joins the agent to both gateways, and Prometheus finds the exporter by asking one', async () => {
    await until(
      'the exporter is scraped',
      async () => (await count('up{job="toposcope"} == 1')) === 1,
      PATIENCE_MS,
    );
    await until(
      'both gateways have a tunnel',
      async () => (await count('toposcope_companion_tunnels{state="connected"} == 1')) === 2,
      PATIENCE_MS,
    );
  });

  it('sees with the rights that it is given what it sees as root', async () => {
    await until('modes are told', async () => (await count('toposcope_collector_mode_info')) > 0);
    const modes = await queryPrometheus(stack.prometheusUrl, 'toposcope_collector_mode_info == 1');
    expect(modes.map(({ metric }) => metric.mode)).toContain('netlink');
  });

  it('shows the demo as the engine runs it, three application servers and who asks them', async () => {
    const apps = 'toposcope_container_info{image=~"toposcope-demo/app:.*"}';
    await until('all application servers are there', async () => (await count(apps)) === 3, PATIENCE_MS);
    await until(
      'they are asked and ask',
      async () =>
        (await count(
          `toposcope_connections_opened_total{role="client"} * on (container_id) group_left ${apps} > 0`,
        )) >= 3,
    );
  });

  it('answers behind nginx for Grafana, and only what Grafana needs', async () => {
    const health = JSON.parse(await wget('nginx', 'http://127.0.0.1:8080/healthz')) as { hosts: number };
    expect(health.hosts).toBe(1);
    await expect(wget('nginx', 'http://127.0.0.1:8080/metrics')).rejects.toThrow('404');
    await expect(wget('nginx', 'http://127.0.0.1:8080/view/v1/hosts')).rejects.toThrow('403');
  });

  it('has loaded every rule', async () => {
    const response = await fetch(`${stack.prometheusUrl}/api/v1/rules`);
    const { data } = (await response.json()) as { data: { groups: { name: string }[] } };
    expect(data.groups.map(({ name }) => name).toSorted()).toEqual(['toposcope-alerts', 'toposcope-edges']);
  });

  it('keeps secrets apart: an agent has no tier token, and Grafana has no key', async () => {
    const listed = await stack.compose('exec', '-T', 'agent', 'ls', '/run/secrets/toposcope');
    expect(listed.trim().split('\n')).toEqual(['gateway.pub', 'join.token']);
  });

  it('has an image that makes the secrets of a Swarm for the user who asks', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'toposcope-secrets-'));
    try {
      const rights = ['--user', '1000:1000', '--volume', `${folder}:/compose`];
      await chown(folder, 1000, 1000);
      await run('docker', ['run', '--rm', ...rights, COMPANION, 'keygen', '/compose/secrets']);
      const swarm = readFileSync(path.join(COMPOSE, 'swarm.yml'), 'utf8');
      for (const name of await readdir(path.join(folder, 'secrets'))) {
        expect(swarm).toContain(`file: ./secrets/${name} `);
      }
      expect(await readdir(path.join(folder, 'secrets'))).toHaveLength(6);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('has images without what only compilers and debuggers read', async () => {
    const find = ['/app', '(', '-name', '*.map', '-o', '-name', '*.ts', '-o', '-name', '*.mts', ')'];
    for (const image of [EXPORTER, COMPANION]) {
      const { stdout } = await run('docker', ['run', '--rm', '--entrypoint', 'find', image, ...find]);
      expect(stdout, image).toBe('');
    }
  });

  it('has an exporter that Prometheus finds by the label of its image', async () => {
    const file = path.join(COMPOSE, 'scrape-configs/docker.yaml');
    const search = ['check', 'service-discovery', '--timeout=5s', file, 'toposcope'];
    const targets = JSON.parse((await run('promtool', search)).stdout) as {
      labels: Record<string, string>;
    }[];
    expect(targets.map(({ labels }) => [labels.__address__, labels.container])).toEqual([
      ['localhost:10420', expect.stringMatching(/exporter/)],
    ]);
  });

  it('takes a third gateway in by --scale', async () => {
    await stack.compose('up', '-d', '--no-deps', '--no-recreate', '--scale', 'gateway=3', 'gateway');
    await until(
      'the third has its tunnel',
      async () => (await count('toposcope_companion_tunnels{state="connected"} == 1')) === 3,
      PATIENCE_MS,
    );
  });
});

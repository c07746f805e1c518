import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { engineAnswers } from '../engines/docker.js';
import { ExporterRun, sampleOf } from '../engines/exporter.js';
import { freePort } from '../engines/free-port.js';
import { startPrometheus, type PrometheusServer } from '../engines/prometheus.js';

const IMAGE = 'toposcope-test-exporter';
const LABEL = 'toposcope.test.exporter';
const hasEngine = await engineAnswers();

function promtool(exposition: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: exposition,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

describe.skipIf(!hasEngine)('the exporter beside a real engine', () => {
  const docker = new Docker();
  let exporter: ExporterRun;
  let id: string;

  beforeAll(async () => {
    await removeContainers(docker);
    await buildBusyboxImage(docker, IMAGE);
    const container = await docker.createContainer({
      name: 'toposcope-test-exporter',
      Image: IMAGE,
      Cmd: [
        'sh',
        '-c',
        'dd if=/dev/zero of=/dev/null bs=1M count=2000 2>/dev/null; sleep 3600 & sleep 3600; true',
      ],
      Labels: {
        [LABEL]: 'a "quoted"\nlabel\\',
        'com.docker.compose.project': 'p',
        'com.docker.compose.service': 's',
      },
      HostConfig: { NanoCpus: 500_000_000, Memory: 64 * 1024 * 1024, PidsLimit: 50 },
    });
    await container.start();
    id = container.id.slice(0, 12);
    exporter = await ExporterRun.serving([
      `--container.labels=${LABEL}`,
      '--container.command',
      '--process.command',
    ]);
  });

  afterAll(async () => {
    await exporter.stop();
    await removeContainers(docker);
    await docker
      .getImage(IMAGE)
      .remove({ force: true })
      .catch(() => undefined);
  });

  it('writes what promtool finds nothing in', async () => {
    expect(promtool(await exporter.scrape())).toEqual({ status: 0, output: '' });
  });

  it('says of a container what docker inspect says', async () => {
    const exposition = await exporter.scrape();
    const inspected = await docker.getContainer(id).inspect();
    expect(exposition).toContain(
      `container_id="${id}",name="toposcope-test-exporter",image="${IMAGE}",image_id="${inspected.Image}",runtime="docker",hostname="${inspected.Config.Hostname}"`,
    );
    expect(exposition).toContain(`label_toposcope_test_exporter="a \\"quoted\\"\\nlabel\\\\"`);
    expect(exposition).toContain(`container_id="${id}",orchestrator="compose",namespace="p"`);
    const of = (family: string, ...more: string[]) =>
      sampleOf(exposition, `${family}{`, `container_id="${id}"`, ...more);
    expect(of('toposcope_container_cpu_limit_cores')).toBe(0.5);
    expect(of('toposcope_container_memory_limit_bytes')).toBe(64 * 1024 * 1024);
    expect(of('toposcope_container_pids_limit')).toBe(50);
    expect(of('toposcope_container_start_time_seconds')).toBeCloseTo(
      Date.parse(inspected.State.StartedAt) / 1000,
      2,
    );
    expect(of('toposcope_container_state', 'state="running"')).toBe(1);
    const address = Object.values(inspected.NetworkSettings.Networks)[0]?.IPAddress ?? '';
    expect(of('toposcope_container_address_info', `ip="${address}"`)).toBe(1);
  });

  it('counts what the container’s cgroup and processes say', async () => {
    const top = (await docker.getContainer(id).top()) as { Processes: string[][] };
    const exposition = await exporter.scrape();
    const of = (family: string, ...more: string[]) =>
      sampleOf(exposition, `${family}{`, `container_id="${id}"`, ...more) ?? Number.NaN;
    expect(of('toposcope_container_pids')).toBe(top.Processes.length);
    expect(of('toposcope_container_threads')).toBe(top.Processes.length);
    expect(of('toposcope_process_group_processes', 'name="sleep"')).toBe(2);
    const cpu =
      of('toposcope_container_cpu_seconds_total', 'mode="user"') +
      of('toposcope_container_cpu_seconds_total', 'mode="system"');
    const stats = await docker.getContainer(id).stats({ stream: false });
    expect(cpu).toBeGreaterThan(0);
    expect(Math.abs(cpu - stats.cpu_stats.cpu_usage.total_usage / 1e9)).toBeLessThan(0.2);
    expect(
      of('toposcope_container_network_packets_total', 'direction="receive"', 'interface="eth0"'),
    ).toBeLessThanOrEqual(stats.networks.eth0?.rx_packets ?? 0);
  });

  it('gives its own process the memory that the kernel gives it', async () => {
    const exposition = await exporter.scrape();
    const status = readFileSync(`/proc/${exporter.pid}/status`, 'utf8');
    const kib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
    const bytes = sampleOf(exposition, 'toposcope_process_resident_memory_bytes{', `pid="${exporter.pid}"`);
    expect((bytes ?? 0) / 1024 / kib).toBeCloseTo(1, 0);
  });

  it('follows a container that is paused and removed while it is scraped', async () => {
    const container = await docker.createContainer({ Image: IMAGE, Labels: { [LABEL]: 'short' } });
    await container.start();
    const short = container.id.slice(0, 12);
    const pattern = new RegExp(`container_state\\{[^}]*container_id="${short}",state="(\\w+)"`);
    await vi.waitFor(async () => expect(pattern.exec(await exporter.scrape())?.[1]).toBe('running'), {
      timeout: 10_000,
    });
    await container.pause();
    await vi.waitFor(async () => expect(pattern.exec(await exporter.scrape())?.[1]).toBe('paused'), {
      timeout: 10_000,
    });
    await container.unpause();
    const scrapes: Promise<string>[] = [];
    const removed = container.remove({ force: true });
    for (let index = 0; index < 20; index++) {
      scrapes.push(exporter.scrape());
      await sleep(20);
    }
    await removed;
    const ups = (await Promise.all(scrapes)).map((text) =>
      sampleOf(text, 'collector_up', 'collector="container"'),
    );
    expect(ups).toEqual(ups.map(() => 1));
    await vi.waitFor(async () => expect(await exporter.scrape()).not.toContain(short), { timeout: 10_000 });
  });

  it('is scraped by a real Prometheus, which asks for OpenMetrics', async () => {
    let prometheus: PrometheusServer | undefined;
    try {
      prometheus = await startPrometheus([exporter.url.host]);
      const server = prometheus;
      await vi.waitFor(async () => expect((await server.query('up'))[0]?.value).toBe(1), { timeout: 15_000 });
      expect((await server.query(`toposcope_container_info{container_id="${id}"}`))[0]?.value).toBe(1);
      expect(await server.query('count({__name__=~"toposcope_.*"}) > 50')).toHaveLength(1);
      expect(await server.query('{__name__=~".+", host=""} unless {__name__=~"up|scrape_.*"}')).toEqual([]);
      const openmetrics = await exporter.scrape({ accept: 'application/openmetrics-text; version=1.0.0' });
      expect(openmetrics).toMatch(/# EOF\n$/);
    } finally {
      await prometheus?.stop();
    }
  });
});

async function removeContainers(docker: Docker): Promise<void> {
  for (const { Id } of await docker.listContainers({ all: true, filters: { label: [LABEL] } })) {
    await docker.getContainer(Id).remove({ force: true });
  }
}

describe('the exporter as a program', () => {
  let empty: string;
  beforeAll(async () => {
    empty = await mkdtemp(path.join(tmpdir(), 'toposcope-empty-'));
  });
  afterAll(() => rm(empty, { recursive: true, force: true }));

  it('prints one exposition and ends, without the engine that it was told to ask', async () => {
    const run = new ExporterRun(['--once', '--runtime.docker=/nonexistent/docker.sock']);
    expect(await run.exitCode()).toBe(0);
    expect(promtool(run.stdout)).toEqual({ status: 0, output: '' });
    expect(sampleOf(run.stdout, 'collector_up', 'collector="container"')).toBe(0);
    expect(sampleOf(run.stdout, 'collector_up', 'collector="process"')).toBe(1);
    expect(run.stdout).not.toContain('toposcope_container_info');
    expect(run.stderr).toMatch(/nonexistent\/docker\.sock does not exist.*--runtime\.docker/);
  });

  it('leaves out the collectors that it was told to leave out', async () => {
    const run = new ExporterRun(['--once', '--no-collector.process', '--no-collector.self'], {
      TOPOSCOPE_COLLECTOR_CONTAINER: 'false',
    });
    expect(await run.exitCode()).toBe(0);
    expect(run.stdout).toContain('toposcope_host_info');
    expect(run.stdout).not.toMatch(/toposcope_(?:process|container|collector)_|nodejs_/);
  });

  it('ends where connections cannot be read at all, and names the flag', async () => {
    const run = new ExporterRun(['--once', `--path.procfs=${empty}`]);
    expect(await run.exitCode()).toBe(2);
    expect(run.stderr).toContain(`${empty}/self/ns/net cannot be read: check --path.procfs`);
  });

  it('reports what is wrong with the roots, and gives the rest', async () => {
    const run = new ExporterRun(['--once', `--path.procfs=${empty}`, '--no-collector.connection']);
    expect(await run.exitCode()).toBe(0);
    expect(sampleOf(run.stdout, 'collector_up', 'collector="host"')).toBe(0);
    expect(sampleOf(run.stdout, 'collector_up', 'collector="process"')).toBe(1);
    expect(run.stderr).toContain(`${empty}/stat cannot be read: check --path.procfs`);
  });

  it.each([
    [['--process.limit=x'], /--process\.limit does not take "x"/],
    [['--web.config.file=/nonexistent.yml'], /nonexistent\.yml/],
    [['--path.procfs=/nonexistent'], /\/nonexistent does not exist: check --path\.procfs/],
    [['--path.sysfs=/nonexistent'], /\/nonexistent does not exist: check --path\.sysfs/],
    [['--path.rootfs=/nonexistent'], /\/nonexistent does not exist: check --path\.rootfs/],
  ])('ends with 2 for %j', async (args, message) => {
    const run = new ExporterRun(args);
    expect(await run.exitCode()).toBe(2);
    expect(run.stderr).toMatch(message);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('names the port that is in use, and the flag', async () => {
    const port = await freePort();
    const flags = [`--web.listen-address=127.0.0.1:${port}`, '--no-collector.connection'];
    const first = await ExporterRun.serving(flags);
    try {
      const second = new ExporterRun(flags);
      expect(await second.exitCode()).toBe(1);
      expect(second.stderr).toMatch(new RegExp(`port ${port} is in use.*--web.listen-address`));
    } finally {
      await first.stop();
    }
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends cleanly on %s', async (signal) => {
    const run = await ExporterRun.serving(['--web.listen-address=127.0.0.1:0']);
    expect(await run.stop(signal)).toBe(0);
    expect(run.stderr).toContain(`Ending on ${signal}`);
  });

  it('bears a reader that goes away', () => {
    const { status } = spawnSync('sh', ['-c', `${process.execPath} exporter/dist/main.js --once | head -1`], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { ExporterRun, linesOf, sampleOf } from '../engines/exporter.js';
import { DOCKERD, ENGINE_ADDRESS, OwnEngine } from '../engines/own-engine.js';

const PROBE = path.resolve(import.meta.dirname, '../../exporter/dist/runtimes/cri-probe-process.js');
const SCRAPE_CONFIG = readFileSync(
  path.resolve(import.meta.dirname, '../../compose/scrape-configs/swarm.yaml'),
  'utf8',
);
const canRun = process.getuid?.() === 0 && existsSync(DOCKERD);

describe.skipIf(!canRun)('the exporter beside a Swarm of one (needs root and dockerd)', () => {
  const engine = new OwnEngine();
  const { docker } = engine;
  let exporter: ExporterRun;

  beforeAll(async () => {
    await engine.start();
    await buildBusyboxImage(docker, 'busybox');
    await docker.swarmInit({ ListenAddr: '0.0.0.0:2377', AdvertiseAddr: ENGINE_ADDRESS });
    await docker.createService({
      Name: 'shop_web',
      Mode: { Replicated: { Replicas: 2 } },
      TaskTemplate: {
        // As `docker stack deploy` writes it.
        ContainerSpec: {
          Image: 'busybox',
          Command: ['/bin/busybox', 'sleep', '600'],
          Labels: { 'com.docker.stack.namespace': 'shop' },
          // A first process that handles no signal hears none but the last.
          StopGracePeriod: 1_000_000,
        },
        Networks: [{ Target: 'host' }],
      },
      Labels: { 'com.docker.stack.namespace': 'shop' },
    });
    exporter = await ExporterRun.beside({ docker: engine.socketPath, cri: engine.containerdSocketPath });
  });
  afterAll(async () => {
    await docker.swarmLeave({ force: true }).catch(() => undefined);
    await engine.dispose();
    await exporter.stop();
  });

  it('names each replica’s service, stack and slot', async () => {
    await vi.waitFor(
      async () => {
        const running = linesOf(await exporter.scrape(), 'toposcope_container_state{', 'state="running"');
        expect(running).toHaveLength(2);
      },
      { timeout: 60_000, interval: 200 },
    );
    const told = linesOf(await exporter.scrape(), 'toposcope_container_workload_info{').map(
      (line) => /orchestrator=".*instance="[^"]*"/.exec(line)?.[0],
    );
    expect(told.sort()).toEqual(
      ['1', '2'].map(
        (slot) =>
          `orchestrator="swarm",namespace="shop",workload_kind="service",workload="shop_web",instance="${slot}"`,
      ),
    );
  });

  it('is found by Prometheus on each node, by the scrape configuration for a Swarm', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'toposcope-swarm-')), 'swarm.yaml');
    try {
      writeFileSync(file, SCRAPE_CONFIG.replace('/var/run/docker.sock', engine.socketPath));
      const search = ['check', 'service-discovery', '--timeout=5s', file, 'toposcope'];
      const targets = JSON.parse(execFileSync('promtool', search, { encoding: 'utf8' })) as {
        labels: Record<string, string>;
      }[];
      const { Name } = (await docker.info()) as { Name: string };
      expect(targets.map(({ labels }) => labels)).toEqual([
        expect.objectContaining({ __address__: `${ENGINE_ADDRESS}:10420`, instance: Name, job: 'toposcope' }),
      ]);
    } finally {
      rmSync(path.dirname(file), { recursive: true });
    }
  });

  it('shows Docker’s containers once, and says that its containerd serves no CRI', async () => {
    const text = await exporter.scrape();
    expect(linesOf(text, 'toposcope_container_info{')).toHaveLength(2);
    expect(sampleOf(text, 'toposcope_container_runtime_up{', engine.socketPath)).toBe(1);
    expect(sampleOf(text, 'toposcope_container_runtime_up{', engine.containerdSocketPath)).toBe(0);
    expect(exporter.stderr).toMatch(/containerd\.sock does not serve the Container Runtime Interface/);
    expect(sampleOf(text, 'collector_up', 'collector="container"')).toBe(1);
  });

  it('finds that out in a process of its own where nobody named the socket', () => {
    const answer = execFileSync(process.execPath, [PROBE, engine.containerdSocketPath], { encoding: 'utf8' });
    expect(answer).toBe('no CRI');
  });

  it('tells how many replicas there should be and are, as the service is scaled, and nothing of one that is removed', async () => {
    const labels = 'orchestrator="swarm",namespace="shop",workload_kind="service",workload="shop_web"';
    const become = (desired: number | undefined, running: number | undefined) =>
      vi.waitFor(
        async () => {
          const text = await exporter.scrape();
          expect(sampleOf(text, 'toposcope_workload_desired_replicas{', labels)).toBe(desired);
          expect(sampleOf(text, 'toposcope_workload_running_replicas{', labels)).toBe(running);
        },
        { timeout: 60_000, interval: 200 },
      );
    await become(2, 2);
    const service = docker.getService('shop_web');
    const { Spec, Version } = (await service.inspect()) as { Spec: object; Version: { Index: number } };
    await service.update({ ...Spec, Mode: { Replicated: { Replicas: 0 } }, version: Version.Index });
    await become(0, 0);
    await service.remove();
    await become(undefined, undefined);
  });
});

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ExporterRun, linesOf, ofContainer, sampleOf } from '../engines/exporter.js';
import { OwnPodman, PODMAN } from '../engines/podman.js';

const canRun = process.getuid?.() === 0 && existsSync(PODMAN);
const SLEEP = ['/bin/busybox', 'sleep', '600'];

describe.skipIf(!canRun)('the exporter beside Podman (needs root and podman)', () => {
  const podman = new OwnPodman();
  const { image } = podman;
  let exporter: ExporterRun;
  let web: string;
  let infra: string;
  let alone: string;

  beforeAll(async () => {
    await podman.start();
    const create = ['pod', 'create', '--name=shop', '--publish=18099:80'];
    podman.run(...create, `--infra-image=${image}`, `--infra-command=${SLEEP.join(' ')}`);
    const labels = ['--label=com.docker.compose.project=shop', '--label=com.docker.compose.service=web'];
    web = podman.run('run', '--detach', '--pod=shop', '--name=web', ...labels, image, ...SLEEP);
    infra = podman.run('pod', 'inspect', 'shop', '--format={{.InfraContainerID}}');
    alone = podman.run('run', '--detach', '--name=alone', '--network=host', image, ...SLEEP);
    exporter = await ExporterRun.beside({ docker: podman.socketPath });
  });
  afterAll(async () => {
    await podman.dispose();
    await exporter.stop();
  });

  it('shows its containers, and says that they are Podman’s', async () => {
    const text = await exporter.scrape();
    expect(linesOf(text, 'toposcope_container_info{', ofContainer(web))[0]).toMatch(
      /name="web",image="localhost\/toposcope-busybox:latest",image_id="sha256:[0-9a-f]{64}",runtime="podman",hostname="shop"/,
    );
    expect(sampleOf(text, 'toposcope_container_runtime_up{', 'runtime="podman"', podman.socketPath)).toBe(1);
    expect(sampleOf(text, 'toposcope_container_state', ofContainer(alone), 'state="running"')).toBe(1);
    expect(linesOf(text, 'toposcope_container_workload_info', ofContainer(web))[0]).toContain(
      'orchestrator="compose",namespace="shop",workload_kind="service",workload="web"',
    );
  });

  it('takes a pod’s network for its infra container’s, and counts it once', async () => {
    const text = await exporter.scrape();
    const address = podman.run(
      'inspect',
      infra,
      '--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
    );
    expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(linesOf(text, 'toposcope_container_address_info{', ofContainer(infra))[0]).toContain(
      `ip="${address}"`,
    );
    expect(linesOf(text, 'toposcope_container_port_info{', ofContainer(infra))[0]).toContain(
      'host_ip="0.0.0.0",host_port="18099",port="80",protocol="tcp"',
    );
    const receivedBy = (id: string) =>
      linesOf(text, 'toposcope_container_network_bytes_total{', 'direction="receive"', ofContainer(id))
        .length;
    expect([receivedBy(infra), receivedBy(web), receivedBy(alone)]).toEqual([1, 0, 0]);
  });

  it('gives each process to its container, and the monitors to none', async () => {
    const text = await exporter.scrape();
    for (const id of [web, infra, alone]) {
      expect(sampleOf(text, 'toposcope_container_threads{', ofContainer(id))).toBe(1);
      expect(linesOf(text, 'toposcope_process_group_processes{', ofContainer(id))).toHaveLength(1);
    }
    const monitors = linesOf(text, 'toposcope_process_info{', 'name="conmon"');
    expect(monitors.length).toBeGreaterThanOrEqual(3);
    expect(monitors.filter((line) => !line.includes('container_id=""'))).toEqual([]);
  });

  it('follows its events: a newcomer, a pause, an end, a removal', async () => {
    const young = podman.run('run', '--detach', '--name=young', '--network=none', image, ...SLEEP);
    const becomes = (state: string) =>
      vi.waitFor(
        async () =>
          expect(
            sampleOf(
              await exporter.scrape(),
              'toposcope_container_state{',
              ofContainer(young),
              `state="${state}"`,
            ),
          ).toBe(1),
        { timeout: 20_000, interval: 100 },
      );
    await becomes('running');
    podman.run('pause', young);
    await becomes('paused');
    podman.run('unpause', young);
    await becomes('running');
    podman.run('kill', '--signal=KILL', young);
    await becomes('exited');
    expect(sampleOf(await exporter.scrape(), 'toposcope_container_exit_code{', ofContainer(young))).toBe(137);
    podman.run('rm', young);
    await vi.waitFor(async () => expect(await exporter.scrape()).not.toContain(ofContainer(young)), {
      timeout: 20_000,
      interval: 100,
    });
  });
});

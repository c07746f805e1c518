import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ExporterRun, linesOf, ofContainer, sampleOf } from '../engines/exporter.js';
import { OwnPodman, PODMAN } from '../engines/podman.js';

const canRun = process.getuid?.() === 0 && existsSync(PODMAN);
/** Of a service in a pod. */
const PORT = 18098;
const SLEEP = ['/bin/busybox', 'sleep', '600'];

describe.skipIf(!canRun)('the exporter beside Podman (needs root and podman)', () => {
  const podman = new OwnPodman();
  const { image } = podman;
  let exporter: ExporterRun;
  let web: string;
  let infra: string;
  let alone: string;
  /** In the pod as well; it listens. */
  let cart: string;

  beforeAll(async () => {
    await podman.start();
    const create = ['pod', 'create', '--name=shop', '--publish=18099:80'];
    podman.run(...create, `--infra-image=${image}`, `--infra-command=${SLEEP.join(' ')}`);
    const labels = ['--label=com.docker.compose.project=shop', '--label=com.docker.compose.service=web'];
    web = podman.run('run', '--detach', '--pod=shop', '--name=web', ...labels, image, ...SLEEP);
    infra = podman.run('pod', 'inspect', 'shop', '--format={{.InfraContainerID}}');
    const echo = ['nc', '-ll', '-p', String(PORT), '-e', '/bin/busybox', 'cat'];
    cart = podman.run('run', '--detach', '--pod=shop', '--name=cart', image, '/bin/busybox', ...echo);
    alone = podman.run('run', '--detach', '--name=alone', '--network=host', image, ...SLEEP);
    exporter = await ExporterRun.serving([`--runtime.docker=${podman.socketPath}`, '--runtime.cri=none']);
    await exporter.logged(/Reading containers from podman/);
  });
  afterAll(async () => {
    await podman.dispose();
    await exporter.stop();
  });

  function addressOf(container: string): string {
    const networks = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    return podman.run('inspect', container, `--format=${networks}`);
  }

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

  it('takes a container for its pod’s where nothing else says what it runs for', async () => {
    const text = await exporter.scrape();
    const pod = podman.run('pod', 'inspect', 'shop', '--format={{.ID}}');
    for (const id of [cart, infra]) {
      expect(linesOf(text, 'toposcope_container_workload_info', ofContainer(id))[0]).toContain(
        `orchestrator="podman",namespace="",workload_kind="pod",workload="shop",instance="shop",pod_uid="${pod}"`,
      );
    }
    expect(linesOf(text, 'toposcope_container_workload_info', ofContainer(alone))[0]).toContain(
      'orchestrator="none",namespace="",workload_kind="",workload="",instance="",pod_uid=""',
    );
  });

  it('tells who in a pod is called, and who calls, though they share an address', async () => {
    const address = addressOf(infra);
    const call = (to: string) => ['sh', '-c', `/bin/busybox sleep 600 | /bin/busybox nc ${to} ${PORT}`];
    const run = (name: string, place: string, to: string) =>
      podman.run('run', '--detach', '--replace', `--name=${name}`, place, image, '/bin/busybox', ...call(to));
    const [inside, outside] = [
      run('inside', '--pod=shop', '127.0.0.1'),
      run('outside', '--network=host', address),
    ];
    await vi.waitFor(
      async () => {
        const text = await exporter.scrape();
        const open = linesOf(text, 'toposcope_connections_open{', `port="${PORT}"`);
        const ends = open.map((line) =>
          ['container_id', 'role', 'peer_ip', 'peer_container_id'].map(
            (label) => new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1],
          ),
        );
        const short = (id: string) => id.slice(0, 12);
        expect(ends.sort()).toEqual(
          [
            [short(inside), 'client', '127.0.0.1', short(cart)],
            [short(outside), 'client', address, short(cart)],
            [short(cart), 'server', '127.0.0.1', short(inside)],
            [short(cart), 'server', '10.88.0.1', short(outside)],
          ].sort(),
        );
        expect(linesOf(text, 'toposcope_listener_info{', `port="${PORT}"`, 'process="busybox"')).toEqual([
          expect.stringContaining(ofContainer(cart)),
        ]);
      },
      { timeout: 60_000, interval: 200 },
    );
  });

  it('takes a pod’s network for its infra container’s, and counts it once', async () => {
    const text = await exporter.scrape();
    const address = addressOf(infra);
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
    // Not one by one: a machine may have more processes than are told so.
    const monitors = linesOf(text, 'toposcope_process_group_processes{', 'name="conmon"');
    expect(monitors).toEqual([expect.stringContaining('container_id=""')]);
    expect(sampleOf(text, 'toposcope_process_group_processes{', 'name="conmon"')).toBeGreaterThanOrEqual(3);
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

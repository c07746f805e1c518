import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CONTAINERD, OwnContainerd, POD_ADDRESS } from '../engines/containerd.js';
import { ExporterRun, linesOf, sampleOf } from '../engines/exporter.js';
import { freePort } from '../engines/free-port.js';

const canRun = process.getuid?.() === 0 && existsSync(CONTAINERD);
const WEB = { name: 'web-7d9c5-x2x', namespace: 'shop', uid: '9a1c2f54-77d1-4f0e-8f3e-2b6a7c1d0e9f' };
const AGENT = {
  name: 'agent',
  namespace: 'kube-system',
  uid: '1b2c3d4e-0000-4f0e-8f3e-2b6a7c1d0e9f',
  usesHostNetwork: true,
};
const SLEEP = ['/bin/busybox', 'sleep', '600'];

describe.skipIf(!canRun)('the exporter beside a containerd with its CRI plugin (needs root)', () => {
  const containerd = new OwnContainerd();
  const { kubelet, image } = containerd;
  let exporter: ExporterRun | undefined;
  let port: number;
  let pod: string;
  let nginx: string;

  beforeAll(async () => {
    await containerd.start();
    pod = await kubelet.runPod(WEB);
    nginx = await kubelet.runContainer(pod, WEB, {
      name: 'nginx',
      image,
      attempt: 3,
      command: SLEEP,
      environment: { NOMAD_JOB_NAME: 'not me', PASSWORD: 'hush' },
      annotations: {
        'io.kubernetes.container.ports':
          '[{"name":"http","hostPort":8080,"containerPort":80,"protocol":"TCP"}]',
      },
    });
    const host = await kubelet.runPod(AGENT);
    await kubelet.runContainer(host, AGENT, { name: 'agent', image, command: SLEEP });
    port = await freePort();
    exporter = await ExporterRun.serving([
      `--web.listen-address=127.0.0.1:${port}`,
      `--runtime.cri=${containerd.socketPath}`,
      '--runtime.docker=none',
      '--no-collector.connection',
    ]);
  });
  afterAll(async () => {
    await exporter?.stop();
    await containerd.dispose();
  });

  async function scrape(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    return response.text();
  }
  const short = (id: string) => `container_id="${id.slice(0, 12)}"`;

  it('shows who the containers of a pod are, and the pod', async () => {
    const text = await scrape();
    const info = linesOf(text, 'toposcope_container_info', short(nginx))[0];
    expect(info).toContain(`name="nginx",image="${image}",image_id="sha256:`);
    expect(info).toContain('runtime="containerd",hostname="web-7d9c5-x2x"');
    expect(linesOf(text, 'toposcope_container_workload_info', short(nginx))).toEqual([
      expect.stringContaining(
        `orchestrator="kubernetes",namespace="shop",workload_kind="pod",workload="${WEB.name}",instance="${WEB.name}",pod_uid="${WEB.uid}"`,
      ),
    ]);
    expect(linesOf(text, 'toposcope_container_info', short(pod))[0]).toContain('name="POD"');
    expect(sampleOf(text, 'toposcope_container_restarts', short(nginx))).toBe(3);
    expect(sampleOf(text, 'toposcope_container_state', short(nginx), 'state="running"')).toBe(1);
    expect(linesOf(text, 'toposcope_container_port_info', short(nginx))[0]).toContain(
      'host_ip="0.0.0.0",host_port="8080",port="80",protocol="tcp"',
    );
    expect(text).not.toContain('hush');
  });

  it('gives a pod its address, and the containers on the host’s network none', async () => {
    const text = await scrape();
    const addressed = linesOf(text, 'toposcope_container_address_info', POD_ADDRESS);
    expect(addressed.map((line) => /container_id="([^"]+)"/.exec(line)?.[1]).sort()).toEqual(
      [pod.slice(0, 12), nginx.slice(0, 12)].sort(),
    );
    expect(linesOf(text, 'toposcope_container_address_info{')).toHaveLength(2);
  });

  it('counts the pod’s network once, and what a container uses as its cgroup says', async () => {
    const text = await scrape();
    expect(
      linesOf(text, 'toposcope_container_network_bytes_total', short(pod), 'interface="eth0"'),
    ).toHaveLength(2);
    expect(linesOf(text, 'toposcope_container_network_bytes_total', short(nginx))).toEqual([]);
    expect(sampleOf(text, 'toposcope_container_threads', short(nginx))).toBe(1);
    expect(
      linesOf(text, 'toposcope_process_info', short(nginx), 'name="busybox"').concat(
        linesOf(text, 'toposcope_process_info', short(nginx), 'name="sleep"'),
      ),
    ).toHaveLength(1);
  });

  it('follows a restart: the container that ended and the one in its place', async () => {
    await kubelet.stopContainer(nginx);
    const again = await kubelet.runContainer(pod, WEB, { name: 'nginx', image, attempt: 4, command: SLEEP });
    await vi.waitFor(
      async () => {
        const text = await scrape();
        expect(sampleOf(text, 'toposcope_container_restarts', short(again))).toBe(4);
        expect(sampleOf(text, 'toposcope_container_state', short(nginx), 'state="exited"')).toBe(1);
        expect(sampleOf(text, 'toposcope_container_exit_code', short(nginx))).toBeGreaterThan(128);
      },
      { timeout: 30_000, interval: 500 },
    );
    await kubelet.removeContainer(nginx);
    await vi.waitFor(async () => expect(await scrape()).not.toContain(short(nginx)), {
      timeout: 30_000,
      interval: 500,
    });
  });
});

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CONTAINERD, OwnContainerd, POD_ADDRESS } from '../engines/containerd.js';
import { ExporterRun, linesOf, ofContainer, sampleOf } from '../engines/exporter.js';

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
  let exporter: ExporterRun;
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
    exporter = await ExporterRun.beside({ cri: containerd.socketPath });
  });
  afterAll(async () => {
    await containerd.dispose();
    await exporter.stop();
  });

  it('shows who the containers of a pod are, and the pod', async () => {
    const text = await exporter.scrape();
    const info = linesOf(text, 'toposcope_container_info', ofContainer(nginx))[0];
    expect(info).toContain(`name="nginx",image="${image}",image_id="sha256:`);
    expect(info).toContain('runtime="containerd",hostname="web-7d9c5-x2x"');
    expect(linesOf(text, 'toposcope_container_workload_info', ofContainer(nginx))).toEqual([
      expect.stringContaining(
        `orchestrator="kubernetes",namespace="shop",workload_kind="pod",workload="${WEB.name}",instance="${WEB.name}",pod_uid="${WEB.uid}"`,
      ),
    ]);
    expect(linesOf(text, 'toposcope_container_info', ofContainer(pod))[0]).toContain('name="POD"');
    expect(sampleOf(text, 'toposcope_container_restarts', ofContainer(nginx))).toBe(3);
    expect(sampleOf(text, 'toposcope_container_state', ofContainer(nginx), 'state="running"')).toBe(1);
    expect(linesOf(text, 'toposcope_container_port_info', ofContainer(nginx))[0]).toContain(
      'host_ip="0.0.0.0",host_port="8080",port="80",protocol="tcp"',
    );
    expect(text).not.toContain('hush');
  });

  it('gives a pod its address, and the containers on the host’s network none', async () => {
    const text = await exporter.scrape();
    const addressed = linesOf(text, 'toposcope_container_address_info', POD_ADDRESS);
    expect(addressed.map((line) => /container_id="([^"]+)"/.exec(line)?.[1]).sort()).toEqual(
      [pod.slice(0, 12), nginx.slice(0, 12)].sort(),
    );
    expect(linesOf(text, 'toposcope_container_address_info{')).toHaveLength(2);
  });

  it('counts the pod’s network once, and what a container uses as its cgroup says', async () => {
    const text = await exporter.scrape();
    expect(
      linesOf(text, 'toposcope_container_network_bytes_total', ofContainer(pod), 'interface="eth0"'),
    ).toHaveLength(2);
    expect(linesOf(text, 'toposcope_container_network_bytes_total', ofContainer(nginx))).toEqual([]);
    expect(sampleOf(text, 'toposcope_container_threads', ofContainer(nginx))).toBe(1);
    expect(
      linesOf(text, 'toposcope_process_info', ofContainer(nginx), 'name="busybox"').concat(
        linesOf(text, 'toposcope_process_info', ofContainer(nginx), 'name="sleep"'),
      ),
    ).toHaveLength(1);
  });

  it('follows a restart: the container that ended and the one in its place', async () => {
    await kubelet.stopContainer(nginx);
    const again = await kubelet.runContainer(pod, WEB, { name: 'nginx', image, attempt: 4, command: SLEEP });
    await vi.waitFor(
      async () => {
        const text = await exporter.scrape();
        expect(sampleOf(text, 'toposcope_container_restarts', ofContainer(again))).toBe(4);
        expect(sampleOf(text, 'toposcope_container_state', ofContainer(nginx), 'state="exited"')).toBe(1);
        expect(sampleOf(text, 'toposcope_container_exit_code', ofContainer(nginx))).toBeGreaterThan(128);
      },
      { timeout: 30_000, interval: 500 },
    );
    await kubelet.removeContainer(nginx);
    await vi.waitFor(async () => expect(await exporter.scrape()).not.toContain(ofContainer(nginx)), {
      timeout: 30_000,
      interval: 500,
    });
  });
});

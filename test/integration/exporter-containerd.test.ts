import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CONTAINERD, OwnContainerd, POD_ADDRESS } from '../engines/containerd.js';
import { ExporterRun, linesOf, ofContainer, sampleOf } from '../engines/exporter.js';
import { deleteNamespace, run } from '../engines/network-namespaces.js';
import { rowsOf, sumOf } from './connection-rows.js';

const canRun = process.getuid?.() === 0 && existsSync(CONTAINERD);
const WEB = { name: 'web-7d9c5-x2x', namespace: 'shop', uid: '9a1c2f54-77d1-4f0e-8f3e-2b6a7c1d0e9f' };
const AGENT = {
  name: 'agent',
  namespace: 'kube-system',
  uid: '1b2c3d4e-0000-4f0e-8f3e-2b6a7c1d0e9f',
  usesHostNetwork: true,
};
const SLEEP = ['/bin/busybox', 'sleep', '600'];
/** Of the pods' servers. */
const SERVERS = 'toposcope-pod-servers';
const FETCHES = 20;
/** Containers that live for a tenth of a second. */
const BRIEF = 6;

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
    exporter = await ExporterRun.serving([
      ...['--runtime.docker=none', `--runtime.cri=${containerd.socketPath}`, '--connection.interval=1s'],
    ]);
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

  it('gives short connections to the one container of a pod, of several to the one that was seen to hold them or to the pod, and none to the host', async () => {
    const shared = { name: 'shared-1', namespace: 'shop', uid: '2b2c3d4e-0000-4f0e-8f3e-2b6a7c1d0e9f' };
    const lone = { ...shared, name: 'lone-1', uid: '3b2c3d4e-0000-4f0e-8f3e-2b6a7c1d0e9f' };
    const start = (pod: typeof shared, sandbox: string, name: string, server: string, port: number) =>
      kubelet.runContainer(sandbox, pod, { name, image, command: fetches(server, port) });
    deleteNamespace(SERVERS);
    run('ip', 'netns', 'add', SERVERS);
    try {
      const [sharedPod, lonePod] = [await kubelet.runPod(shared), await kubelet.runPod(lone)];
      const dialled = [
        { port: 8511, sandbox: sharedPod, id: await start(shared, sharedPod, 'app', '10.89.8.254', 8511) },
        {
          port: 8512,
          sandbox: sharedPod,
          id: await start(shared, sharedPod, 'sidecar', '10.89.8.254', 8512),
        },
        { port: 8513, sandbox: lonePod, id: await start(lone, lonePod, 'only', '10.89.9.254', 8513) },
      ];
      for (const { port } of dialled) {
        run('ip', 'netns', 'exec', SERVERS, 'busybox', 'httpd', '-p', String(port), '-h', '/etc');
      }
      // A pass that has seen the servers has seen the pods, which were there before; they dial as soon as they are joined.
      await vi.waitFor(
        async () => {
          const text = await exporter.scrape();
          for (const { port } of dialled) {
            expect(linesOf(text, 'toposcope_listener_info', `port="${port}"`)).toHaveLength(1);
          }
        },
        { timeout: 60_000, interval: 500 },
      );
      joinServers(containerd.pidOf(sharedPod), '10.89.8');
      joinServers(containerd.pidOf(lonePod), '10.89.9');
      await vi.waitFor(
        async () => {
          const rows = rowsOf(await exporter.scrape());
          const opened = (port: number, labels: Record<string, string>) =>
            sumOf(rows, 'toposcope_connections_opened_total', {
              role: 'client',
              port: String(port),
              ...labels,
            });
          let doubtful = 0;
          for (const { port, sandbox, id } of dialled) {
            const ofThis = opened(port, { container_id: id.slice(0, 12) });
            const ofPod = opened(port, { container_id: sandbox.slice(0, 12) });
            expect(ofThis + ofPod).toBe(FETCHES);
            expect(opened(port, {})).toBe(FETCHES);
            expect(sandbox === lonePod ? ofPod : 0).toBe(0);
            doubtful += ofPod;
          }
          const told = sumOf(rows, 'toposcope_connections_unattributed_total', { reason: 'short_lived' });
          expect(told).toBeGreaterThanOrEqual(doubtful);
        },
        { timeout: 60_000, interval: 500 },
      );
    } finally {
      deleteNamespace(SERVERS);
    }
  });

  it('gives what a container of a pod dials that ends before anybody looks to it or to none, not to the one that stays', async () => {
    const settings = { name: 'brief-1', namespace: 'shop', uid: '4b2c3d4e-0000-4f0e-8f3e-2b6a7c1d0e9f' };
    const brief = { name: 'brief', image, command: fetches('10.89.10.254', 8514, 'exit') };
    deleteNamespace(SERVERS);
    run('ip', 'netns', 'add', SERVERS);
    try {
      const sandbox = await kubelet.runPod(settings);
      const stays = await kubelet.runContainer(sandbox, settings, { name: 'stays', image, command: SLEEP });
      run('ip', 'netns', 'exec', SERVERS, 'busybox', 'httpd', '-p', '8514', '-h', '/etc');
      joinServers(containerd.pidOf(sandbox), '10.89.10');
      await vi.waitFor(
        async () => {
          const text = await exporter.scrape();
          expect(linesOf(text, 'toposcope_listener_info', 'port="8514"')).toHaveLength(1);
          expect(linesOf(text, 'toposcope_process_info', ofContainer(stays))).toHaveLength(1);
        },
        { timeout: 60_000, interval: 500 },
      );
      for (let attempt = 0; attempt < BRIEF; attempt++) {
        await kubelet.runContainer(sandbox, settings, { ...brief, attempt });
        await sleep(1_300);
      }
      await vi.waitFor(
        async () => {
          const rows = rowsOf(await exporter.scrape());
          const labels = { role: 'client', port: '8514' };
          const opened = (more: Record<string, string>) =>
            sumOf(rows, 'toposcope_connections_opened_total', { ...labels, ...more });
          expect(opened({})).toBe(BRIEF * FETCHES);
          expect(opened({ container_id: stays.slice(0, 12) })).toBe(0);
        },
        { timeout: 60_000, interval: 500 },
      );
    } finally {
      deleteNamespace(SERVERS);
    }
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

/** Fetches so often, each time by a process that lives for some milliseconds, once the server can be reached. */
function fetches(server: string, port: number, then: 'sleep' | 'exit' = 'sleep'): string[] {
  const fetchOnce = `/bin/busybox wget -q -O /dev/null http://${server}:${port}/hostname`;
  const pause = then === 'sleep' ? ' /bin/busybox sleep 0.1;' : '';
  const loop = `n=0; while [ $n -lt ${FETCHES} ]; do ${fetchOnce} && n=$((n + 1));${pause} done`;
  return ['/bin/busybox', 'sh', '-c', then === 'sleep' ? `${loop}; exec /bin/busybox sleep 600` : loop];
}

/** Joins the pod of a process with the servers. */
function joinServers(pid: number, network: string): void {
  const port = `pod${pid}`;
  run(
    'ip',
    '-n',
    SERVERS,
    'link',
    'add',
    port,
    'type',
    'veth',
    'peer',
    'name',
    'servers',
    'netns',
    String(pid),
  );
  run('ip', '-n', SERVERS, 'addr', 'add', `${network}.254/24`, 'dev', port);
  run('ip', '-n', SERVERS, 'link', 'set', port, 'up');
  run('nsenter', `--net=/proc/${pid}/ns/net`, 'ip', 'addr', 'add', `${network}.1/24`, 'dev', 'servers');
  run('nsenter', `--net=/proc/${pid}/ns/net`, 'ip', 'link', 'set', 'servers', 'up');
}

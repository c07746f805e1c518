import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CONTAINERD, OwnContainerd } from '../engines/containerd.js';
import { ExporterRun, linesOf, ofContainer, sampleOf } from '../engines/exporter.js';
import { canBeRootless, OrdinaryUser } from '../engines/ordinary-user.js';
import { OwnPodman, PODMAN } from '../engines/podman.js';

const canRun = existsSync(PODMAN) && existsSync(CONTAINERD) && canBeRootless();
const SLEEP = ['/bin/busybox', 'sleep', '600'];
const POD = {
  name: 'agent',
  namespace: 'shop',
  uid: '1b2c3d4e-0000-4f0e-8f3e-2b6a7c1d0e9f',
  usesHostNetwork: true,
};

describe.skipIf(!canRun)(
  'the exporter beside a user’s Podman and a containerd (needs root, podman, uidmap, and user namespaces)',
  () => {
    const containerd = new OwnContainerd();
    let user: OrdinaryUser;
    let podman: OwnPodman;
    let exporter: ExporterRun;
    let web: string;
    let agent: string;

    beforeAll(async () => {
      user = await OrdinaryUser.make();
      podman = new OwnPodman(user);
      await Promise.all([podman.start(), containerd.start()]);
      const labels = ['--label=com.docker.compose.project=shop', '--label=com.docker.compose.service=web'];
      const place = ['--network=none', '--env=PASSWORD=hush'];
      web = podman.run('run', '--detach', '--name=web', ...labels, ...place, podman.image, ...SLEEP);
      agent = await containerd.kubelet.runContainer(await containerd.kubelet.runPod(POD), POD, {
        name: 'agent',
        image: containerd.image,
        command: SLEEP,
      });
      // Nobody names the user's socket: it is where systemd has them.
      exporter = await ExporterRun.serving([
        `--runtime.cri=${containerd.socketPath}`,
        '--no-collector.connection',
      ]);
      await exporter.logged(/Reading containers from podman/);
      await exporter.logged(/Reading containers from containerd/);
    });
    afterAll(async () => {
      await podman.dispose();
      await user.remove();
      await containerd.dispose();
      await exporter.stop();
    });

    it('finds the user’s socket by itself, and says whose containers these are', async () => {
      const text = await exporter.scrape();
      expect(sampleOf(text, 'toposcope_container_runtime_up{', 'runtime="podman"', podman.socketPath)).toBe(
        1,
      );
      expect(linesOf(text, 'toposcope_container_info{', ofContainer(web))[0]).toMatch(
        /name="web",image="localhost\/toposcope-busybox:latest",image_id="sha256:[0-9a-f]{64}",runtime="podman"/,
      );
      expect(linesOf(text, 'toposcope_container_workload_info', ofContainer(web))[0]).toContain(
        'orchestrator="compose",namespace="shop",workload_kind="service",workload="web"',
      );
      expect(text).not.toContain('hush');
    });

    it('shows containers of another runtime beside them', async () => {
      const text = await exporter.scrape();
      expect(sampleOf(text, 'toposcope_container_runtime_up{', containerd.socketPath)).toBe(1);
      expect(linesOf(text, 'toposcope_container_info{', ofContainer(agent))[0]).toContain(
        'runtime="containerd"',
      );
      expect(sampleOf(text, 'collector_up', 'collector="container"')).toBe(1);
    });

    it('follows a container from its start to its removal', async () => {
      const becomes = (state: string) =>
        vi.waitFor(
          async () => {
            const states = linesOf(await exporter.scrape(), 'toposcope_container_state{', ofContainer(young));
            expect(states).toEqual([expect.stringMatching(new RegExp(`state="${state}"} 1$`))]);
          },
          { timeout: 20_000, interval: 100 },
        );
      const young = podman.run('run', '--detach', '--network=none', podman.image, ...SLEEP);
      await becomes('running');
      podman.run('kill', '--signal=KILL', young);
      await becomes('exited');
      expect(sampleOf(await exporter.scrape(), 'toposcope_container_exit_code{', ofContainer(young))).toBe(
        137,
      );
      podman.run('rm', young);
      await vi.waitFor(async () => expect(await exporter.scrape()).not.toContain(ofContainer(young)), {
        timeout: 20_000,
        interval: 100,
      });
    });
  },
);

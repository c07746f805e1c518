import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { until } from '../engines/companion.js';
import { CONTAINERD, OwnContainerd } from '../engines/containerd.js';
import { linesOf, sampleOf } from '../engines/exporter.js';
import { freePort } from '../engines/free-port.js';
import { buildStandIn } from '../engines/stand-in-image.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const MAIN = 'exporter/dist/main.js';
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** What a Compose or stack file says of a service, as far as it is a right. */
interface ComposeService {
  readonly command: readonly string[];
  readonly cap_add?: readonly string[];
  readonly cap_drop: readonly string[];
  readonly volumes: readonly string[];
  readonly networks?: readonly string[];
  readonly read_only: boolean;
}
interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes: readonly { name: string; hostPath?: { path: string } }[];
}
interface Container {
  readonly args: readonly string[];
  readonly securityContext: { readonly capabilities: { readonly add: readonly string[] } };
  readonly volumeMounts: readonly { name: string; mountPath: string; readOnly?: boolean }[];
}

/** The table under "Rights" in the README: what everything else is compared with. */
const DOCUMENTED = Array.from(read('README.md').matchAll(/^\| `CAP_([A-Z_]+)` /gm), ([, name = '']) => name);
const stack = parse(read('compose/swarm.yml')) as { services: Record<string, ComposeService> };
const compose = parse(read('compose/docker-compose.yml'), { merge: true }) as typeof stack;

describe('the rights of the exporter', () => {
  it('are the six that the README names', () => {
    expect(DOCUMENTED).toEqual([
      'NET_ADMIN',
      'NET_BROADCAST',
      'NET_RAW',
      'SYS_ADMIN',
      'SYS_PTRACE',
      'DAC_READ_SEARCH',
    ]);
  });

  it('in the DaemonSet are those, the host’s two namespaces, and eyes for its files', () => {
    const { containers, volumes, ...pod } = podOf('compose/kubernetes/exporter.yaml', 'DaemonSet');
    expect(pod).toEqual({
      serviceAccountName: 'toposcope-exporter',
      automountServiceAccountToken: false,
      hostNetwork: true,
      hostPID: true,
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ operator: 'Exists' }],
    });
    expect(containers.map(({ securityContext }) => securityContext)).toEqual([
      {
        privileged: false,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsUser: 0,
        capabilities: { drop: ['ALL'], add: DOCUMENTED },
        seccompProfile: { type: 'RuntimeDefault' },
        appArmorProfile: { type: 'Unconfined' },
      },
    ]);
    expect(volumes).toEqual([
      { name: 'root', hostPath: { path: '/' } },
      { name: 'sys', hostPath: { path: '/sys' } },
    ]);
    // The runtime's socket is below /host/root, and no other socket is mounted.
    expect(containers.flatMap(({ volumeMounts }) => volumeMounts)).toEqual(
      ['root', 'sys'].map((name) => ({
        name,
        mountPath: `/host/${name}`,
        readOnly: true,
        mountPropagation: 'HostToContainer',
      })),
    );
  });

  it('in the Swarm are those, the host’s network, and eyes for its files', () => {
    const { command, volumes, environment, image, deploy, ...rights } = stack.services
      .exporter as ComposeService & Record<string, unknown>;
    expect([image, environment, deploy, command].every((each) => each !== undefined)).toBe(true);
    expect(rights).toEqual({ networks: ['host'], cap_drop: ['ALL'], cap_add: DOCUMENTED, read_only: true });
    expect(volumes).toEqual([
      '/proc:/host/proc:ro',
      '/:/host/root:ro',
      '/sys:/host/sys:ro',
      '/var/run/docker.sock:/var/run/docker.sock:ro',
    ]);
  });

  it('in Compose are those, the host’s two namespaces, and eyes for its files', () => {
    const { exporter } = compose.services;
    expect(exporter).toMatchObject({
      network_mode: 'host',
      pid: 'host',
      cap_drop: ['ALL'],
      cap_add: DOCUMENTED,
      read_only: true,
      security_opt: ['no-new-privileges:true', 'apparmor:unconfined'],
      volumes: ['/:/host/root:ro', '/sys:/host/sys:ro', '/var/run/docker.sock:/var/run/docker.sock:ro'],
    });
    for (const right of ['privileged', 'devices', 'ipc', 'userns_mode', 'group_add']) {
      expect(exporter).not.toHaveProperty(right);
    }
  });

  it('in systemd are those and no others', () => {
    const unit = read('packaging/systemd/toposcope-exporter.service');
    for (const setting of ['AmbientCapabilities', 'CapabilityBoundingSet']) {
      const line = unit.split('\n').find((each) => each.startsWith(`${setting}=`));
      expect(line?.slice(setting.length + 1).split(' ')).toEqual(DOCUMENTED.map((name) => `CAP_${name}`));
    }
  });
});

describe('the rights of the companion', () => {
  it.each([
    ['gateway', 'compose/kubernetes/companion/gateway.yaml'],
    ['cluster', 'compose/kubernetes/cluster/base/agent.yaml'],
  ])('in Kubernetes are none on the node for the %s', (_, file) => {
    const { containers, volumes, ...pod } = podOf(file, 'Deployment');
    expect(pod).toMatchObject({
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    for (const shared of ['hostNetwork', 'hostPID', 'hostIPC']) {
      expect(pod).not.toHaveProperty(shared);
    }
    expect(volumes.filter(({ hostPath }) => hostPath !== undefined)).toEqual([]);
    expect(containers.map(({ securityContext }) => securityContext)).toEqual([
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    ]);
  });

  it('in Kubernetes give the API server’s token to the agent of the cluster alone', () => {
    const mounted = [
      'companion/gateway.yaml',
      'companion/agent.yaml',
      'exporter.yaml',
      'cluster/base/agent.yaml',
    ].filter((file) => read(`compose/kubernetes/${file}`).includes('automountServiceAccountToken: true'));
    expect(mounted).toEqual(['cluster/base/agent.yaml']);
  });

  it('in the Swarm are the engine’s socket for agents, and nothing for gateways', () => {
    for (const [name, volumes] of [
      ['agent', ['/var/run/docker.sock:/var/run/docker.sock']],
      ['cluster', ['/var/run/docker.sock:/var/run/docker.sock']],
      ['gateway', ['audit:/var/lib/toposcope']],
    ] as const) {
      expect(stack.services[name]).toMatchObject({ cap_drop: ['ALL'], read_only: true, volumes });
      expect(stack.services[name]).not.toHaveProperty('cap_add');
    }
  });
});

/** For a machine that has much else to do. */
const PATIENCE_MS = 90_000;

const docker = new Docker();
const canRun = process.getuid?.() === 0 && existsSync(CONTAINERD) && existsSync(path.join(ROOT, MAIN));

describe.skipIf(!canRun)(
  'the exporter in a container with just those rights (needs root and a build)',
  () => {
    const IMAGE = `toposcope-test/rights-${process.pid}`;
    const containerd = new OwnContainerd();
    const made: Docker.Container[] = [];

    beforeAll(async () => {
      await containerd.start();
      await containerd.kubelet.runPod({
        name: 'web',
        namespace: 'shop',
        uid: '9a1c2f54-77d1-4f0e-8f3e-2b6a7c1d0e9f',
      });
      await buildStandIn(docker, { name: IMAGE, programs: [process.execPath] });
    });
    afterAll(async () => {
      await Promise.all(made.map((container) => container.remove({ force: true })));
      await docker.getImage(IMAGE).remove({ force: true });
      await containerd.dispose();
    });

    /** Runs it until it shows containers and who listens on its own port, and all of it where it should be whole. */
    async function run(
      args: readonly string[],
      rights: Docker.HostConfig,
      isWhole = true,
    ): Promise<{ text: string; log: string }> {
      const port = await freePort();
      const container = await docker.createContainer({
        Image: IMAGE,
        User: '0:0',
        Cmd: ['node', `/app/${MAIN}`, ...args, `--web.listen-address=127.0.0.1:${port}`],
        HostConfig: {
          ...rights,
          NetworkMode: 'host',
          ReadonlyRootfs: true,
          CapDrop: ['ALL'],
          Binds: [
            ...(rights.Binds ?? []),
            ...['exporter', 'node_modules'].map((folder) => `${ROOT}/${folder}:/app/${folder}:ro`),
          ],
        },
      });
      made.push(container);
      await container.start();
      const log = async () => (await container.logs({ stdout: true, stderr: true })).toString();
      let text = '';
      try {
        await until(
          'the exporter sees containers, and itself listening',
          async () => {
            text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
              (response) => response.text(),
              () => '',
            );
            const own = linesOf(text, 'toposcope_listener_info{', `port="${port}"`, 'process="node"');
            return (
              text.includes('toposcope_container_info{') &&
              own.length > 0 &&
              // On a busy machine a collector may take too long for one scrape.
              (!isWhole || linesOf(text, 'toposcope_collector_up{').every((line) => line.endsWith(' 1')))
            );
          },
          PATIENCE_MS,
        );
      } catch (error) {
        throw new Error(`It said:\n${await log()}`, { cause: error });
      }
      return { text, log: await log() };
    }

    function expectWhole({ text, log }: { text: string; log: string }): void {
      const down = linesOf(text, 'toposcope_collector_up{').filter((line) => !line.endsWith(' 1'));
      expect(down).toEqual([]);
      expect(linesOf(text, 'toposcope_collector_up{').length).toBeGreaterThan(3);
      expect(linesOf(text, 'toposcope_container_runtime_up{').filter((line) => !line.endsWith(' 1'))).toEqual(
        [],
      );
      expect(sampleOf(text, 'toposcope_collector_mode_info{', 'mode="netlink"')).toBe(1);
      expect(log).not.toContain('is missing');
    }

    it('is whole as the DaemonSet starts it', async () => {
      const { containers, volumes } = podOf('compose/kubernetes/exporter.yaml', 'DaemonSet');
      const [container] = containers;
      const args = container?.args.map((arg) => arg.replace('$(NODE_NAME)', 'node-1')) ?? [];
      // The test's containerd is in no usual place.
      const runtimes = ['--runtime.docker=none', `--runtime.cri=/host/root${containerd.socketPath}`];
      const { text, log } = await run([...args, ...runtimes], {
        PidMode: 'host',
        CapAdd: [...(container?.securityContext.capabilities.add ?? [])],
        SecurityOpt: ['no-new-privileges'],
        Binds:
          container?.volumeMounts.map(({ name, mountPath, readOnly }) => {
            const source = volumes.find((volume) => volume.name === name)?.hostPath?.path ?? '';
            return `${source}:${mountPath}:${readOnly === true ? 'ro' : 'rw'}`;
          }) ?? [],
      });
      expectWhole({ text, log });
      expect(text).toContain('host="node-1"');
    });

    it('is whole as the Swarm starts it', async () => {
      const { command = [], cap_add = [], volumes = [] } = stack.services.exporter ?? {};
      const { text, log } = await run(command, { CapAdd: [...cap_add], Binds: [...volumes] });
      expectWhole({ text, log });
    });

    it('says so where one right is missing', async () => {
      const { command = [], cap_add = [], volumes = [] } = stack.services.exporter ?? {};
      const rights = { CapAdd: cap_add.filter((name) => name !== 'SYS_PTRACE'), Binds: [...volumes] };
      const { log } = await run(command, rights, false);
      expect(log).toContain('CAP_SYS_PTRACE is missing');
    });
  },
);

function podOf(file: string, kind: string): PodSpec {
  const found = parseAllDocuments(read(file))
    .map((document) => document.toJS() as { kind: string; spec: { template: { spec: PodSpec } } })
    .find((document) => document.kind === kind);
  if (found === undefined) {
    throw new Error(`${file} has no ${kind}.`);
  }
  return found.spec.template.spec;
}

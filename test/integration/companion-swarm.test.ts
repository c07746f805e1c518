import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectEngine } from '../../companion/src/agent/engine.js';
import { swarm } from '../../companion/src/cluster/swarm/swarm.js';
import type { DescribeResult } from '../../companion/src/protocol/actions/object.js';
import { capabilitiesSchema } from '../../companion/src/protocol/requests.js';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { startClusterAgent } from '../engines/cluster-agent.js';
import { makeSecrets, startGateway, until, type TestGateway } from '../engines/companion.js';
import { DOCKERD, ENGINE_ADDRESS, OwnEngine } from '../engines/own-engine.js';

const canRun = process.getuid?.() === 0 && existsSync(DOCKERD);
const STACK = 'com.docker.stack.namespace';
const WEB = '/clusters/swarm-1/objects/service/shop/shop_web';
const EVERYWHERE = '/clusters/swarm-1/objects/service/-/everywhere';

describe.skipIf(!canRun)('a Swarm of one (needs root and dockerd)', () => {
  const engine = new OwnEngine();
  const { docker } = engine;
  const secrets = makeSecrets();
  let gateway: TestGateway;
  let agent: { stop(): Promise<void> };

  beforeAll(async () => {
    await engine.start();
    await buildBusyboxImage(docker, 'busybox');
    await docker.swarmInit({ ListenAddr: '0.0.0.0:2377', AdvertiseAddr: ENGINE_ADDRESS });
    await create('shop_web', { Replicated: { Replicas: 1 } }, { [STACK]: 'shop' });
    await create('everywhere', { Global: {} }, {});
    await create('left-alone', { Replicated: { Replicas: 0 } }, { 'toposcope.actions': 'none' });
    gateway = await startGateway(secrets, { policy: 'rules: [{ allow: "*" }]' });
    const orchestrator = swarm(connectEngine(engine.socketPath));
    agent = await startClusterAgent(secrets, gateway, 'swarm-1', orchestrator);
    await until('the service runs', async () => (await running('shop_web')).length === 1, 60_000);
  });
  afterAll(async () => {
    await agent.stop();
    await gateway.close();
    await docker.swarmLeave({ force: true }).catch(() => undefined);
    await engine.dispose();
  });

  async function create(name: string, mode: object, labels: Record<string, string>): Promise<void> {
    const script = 'echo "hello from $HOSTNAME"; echo oops >&2; exec sleep 600';
    await docker.createService({
      Name: name,
      Mode: mode,
      Labels: labels,
      TaskTemplate: {
        ContainerSpec: {
          Image: 'busybox',
          Command: ['/bin/busybox', 'sh', '-c', script],
          Env: ['DB_PASSWORD=hunter2'],
          StopGracePeriod: 1_000_000,
          Hostname: '{{.Task.Name}}',
        },
        Networks: [{ Target: 'host' }],
      },
    });
  }

  /** Ids of the tasks that the Swarm itself says are running and should be. */
  async function running(name: string): Promise<readonly string[]> {
    const filters = JSON.stringify({ service: [name], 'desired-state': ['running'] });
    const tasks = (await docker.listTasks({ filters })) as { ID: string; Status: { State: string } }[];
    return tasks.filter(({ Status }) => Status.State === 'running').map(({ ID }) => ID);
  }

  async function act(object: string, command: object): Promise<unknown> {
    return (await gateway.post('admin', `${object}/actions`, command)).json();
  }

  async function allowed(object: string): Promise<readonly string[]> {
    const response = await gateway.get('admin', `${object}/capabilities`);
    return capabilitiesSchema.parse(await response.json()).allowed;
  }

  it('scales a service, so that the Swarm runs more tasks of it', async () => {
    expect(await act(WEB, { action: 'scale', replicas: 2 })).toEqual({
      done: 'shop_web is scaled from 1 to 2.',
    });
    await until('two tasks run', async () => (await running('shop_web')).length === 2, 60_000);
    expect((await gateway.audit()).at(-1)).toMatchObject({
      action: 'scale',
      object: { kind: 'service', namespace: 'shop', name: 'shop_web' },
      outcome: 'done',
    });
  });

  it('updates a service by force, so that other tasks run, and keeps the rest of its specification', async () => {
    const before = await running('shop_web');
    const specification = async () => (await docker.getService('shop_web').inspect()) as { Spec: Spec };
    const { Spec: old } = await specification();
    expect(await act(WEB, { action: 'rollout-restart' })).toMatchObject({
      done: expect.any(String) as unknown,
    });
    await until(
      'other tasks run',
      async () => {
        const now = await running('shop_web');
        return now.length === before.length && now.every((id) => !before.includes(id));
      },
      60_000,
    );
    const { Spec: changed } = await specification();
    expect(changed.TaskTemplate.ForceUpdate).toBe((old.TaskTemplate.ForceUpdate ?? 0) + 1);
    const same = {
      ...changed,
      TaskTemplate: { ...changed.TaskTemplate, ForceUpdate: old.TaskTemplate.ForceUpdate },
    };
    expect(same).toEqual(old);
  });

  it('reads the logs of all tasks, both streams, each line with its task', async () => {
    const lines = (await (await gateway.get('view', `${WEB}/logs`)).text())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { source: string; stream: string; line: string });
    const told = lines.map(({ source, stream, line }) => `${source} ${stream} ${line}`).sort();
    expect(told).toEqual([
      'shop_web.1 stderr oops',
      expect.stringMatching(/^shop_web\.1 stdout hello from shop_web\.1\./),
      'shop_web.2 stderr oops',
      expect.stringMatching(/^shop_web\.2 stdout hello from shop_web\.2\./),
    ]);
    const one = await (
      await gateway.get('view', `${WEB}/logs?source=shop_web.2&grep=oops&format=text`)
    ).text();
    expect(one).toMatch(/^\S+Z shop_web\.2 oops\n$/);
  });

  it('describes a service with its tasks for events and its environment masked', async () => {
    const text = await (await gateway.get('view', WEB)).text();
    expect(text).not.toContain('hunter2');
    const described = JSON.parse(text) as DescribeResult;
    expect(described.text).toContain('DB_PASSWORD: "***"');
    expect(described.events?.map(({ reason }) => reason)).toContain('running');
  });

  it('offers what a service takes: no scale where it runs everywhere', async () => {
    expect(await allowed(WEB)).toEqual(['describe', 'workload-logs', 'scale', 'rollout-restart']);
    expect(await allowed(EVERYWHERE)).toEqual(['describe', 'workload-logs', 'rollout-restart']);
    expect(await act(EVERYWHERE, { action: 'scale', replicas: 3 })).toMatchObject({ code: 'conflict' });
  });

  it.each([
    ['a service that takes no actions', '/clusters/swarm-1/objects/service/-/left-alone', 'opted-out'],
    ['an unknown service', '/clusters/swarm-1/objects/service/-/nobody', 'object-unknown'],
    ['a service of another stack', '/clusters/swarm-1/objects/service/bank/shop_web', 'object-unknown'],
    ['a service without its stack', '/clusters/swarm-1/objects/service/-/shop_web', 'object-unknown'],
    ['a kind that a Swarm does not have', '/clusters/swarm-1/objects/pod/shop/shop_web', 'object-unknown'],
  ])('refuses %s', async (_, object, code) => {
    expect(await act(object, { action: 'scale', replicas: 3 })).toMatchObject({ code });
  });

  it('knows no service by its id or the beginning of it', async () => {
    const { ID } = (await docker.getService('everywhere').inspect()) as { ID: string };
    for (const id of [ID, ID.slice(0, 6)]) {
      expect(
        await act(`/clusters/swarm-1/objects/service/-/${id}`, { action: 'rollout-restart' }),
      ).toMatchObject({
        code: 'object-unknown',
      });
    }
  });

  // The last one: there is no Swarm afterwards.
  it('says that a node has left its Swarm', async () => {
    await docker.swarmLeave({ force: true });
    expect(await act(WEB, { action: 'scale', replicas: 1 })).toMatchObject({
      code: 'cluster-failed',
      detail: expect.stringMatching(/swarm/) as unknown,
    });
  });
});

interface Spec {
  readonly TaskTemplate: { readonly ForceUpdate?: number };
}

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kubernetesAccess } from '../../companion/src/cluster/kubernetes/access.js';
import { ApiClient } from '../../companion/src/cluster/kubernetes/api-client.js';
import { kubernetes } from '../../companion/src/cluster/kubernetes/kubernetes.js';
import { performOnObject } from '../../companion/src/cluster/perform-on-object.js';
import {
  ACTIONS,
  OBJECT_ACTION_NAMES,
  type ActionName,
  type ObjectActionName,
} from '../../companion/src/protocol/action.js';
import type { DescribeResult } from '../../companion/src/protocol/actions/object.js';
import type { IdentifiedObject } from '../../companion/src/protocol/objects.js';
import type { ProblemDocument } from '../../companion/src/protocol/problems.js';
import { capabilitiesSchema } from '../../companion/src/protocol/requests.js';
import { TIERS, type Tier } from '../../companion/src/protocol/tiers.js';
import { makeSecrets, startAgent, startGateway, until, type TestGateway } from '../engines/companion.js';
import { KubernetesApi } from '../engines/kubernetes-api.js';
import { readKustomization, rightFor, type Right } from '../engines/kubernetes-roles.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const EVERYTHING = 'rules: [{ allow: "*" }]';
const APPS = '/apis/apps/v1/namespaces/shop';
const WEB = '/clusters/prod/objects/deployment/shop/web';
const POD = '/clusters/prod/objects/pod/shop/web-1';
const NODE = '/clusters/prod/objects/node/-/node-1.example';

const secrets = makeSecrets();
let api: KubernetesApi;
let gateway: TestGateway;
let agent: { stop(): Promise<void> };
let perform: (claims: Parameters<typeof performOnObject>[2]) => ReturnType<typeof performOnObject>;

beforeAll(async () => {
  api = await KubernetesApi.start();
  gateway = await startGateway(secrets, { policy: EVERYTHING });
  const orchestrator = kubernetes(new ApiClient(await kubernetesAccess(undefined, api.root), 1_000));
  const allows = new Set<ActionName>(OBJECT_ACTION_NAMES);
  perform = (claims) => performOnObject(orchestrator, allows, claims, new AbortController().signal);
  agent = startAgent(secrets, {
    host: 'cluster:prod',
    gateway: new URL(gateway.url),
    allows: OBJECT_ACTION_NAMES,
    perform: (claims, signal) => performOnObject(orchestrator, allows, claims, signal),
  });
  await until('the agent is connected', () => gateway.register.size === 1);
});
afterAll(async () => {
  await agent.stop();
  await gateway.close();
  await api.dispose();
});
beforeEach(() => {
  api.requests.length = 0;
  api.forbids = () => false;
  api.fault = undefined;
  api.logs.clear();
  gateway.setPolicy(EVERYTHING);
  fill(api);
});

function fill({ objects, events }: KubernetesApi): void {
  const metadata = (name: string, uid: string) => ({ name, namespace: 'shop', uid, labels: { app: name } });
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }] },
  };
  objects.clear();
  objects.set(`${APPS}/deployments/web`, {
    kind: 'Deployment',
    metadata: { ...metadata('web', 'u-web'), annotations: { [LAST_APPLIED]: '{"value":"hunter2"}' } },
    spec: { replicas: 2, template },
  } as never);
  objects.set(`${APPS}/statefulsets/db`, {
    kind: 'StatefulSet',
    metadata: metadata('db', 'u-db'),
    spec: { replicas: 1, template, updateStrategy: { type: 'OnDelete' } },
  } as never);
  objects.set(`${APPS}/statefulsets/cache`, {
    kind: 'StatefulSet',
    metadata: metadata('cache', 'u-cache'),
    spec: { replicas: 1, template },
  } as never);
  objects.set('/apis/batch/v1/namespaces/shop/jobs/import', {
    kind: 'Job',
    metadata: metadata('import', 'u-import'),
    spec: { template },
  } as never);
  objects.set('/apis/batch/v1/namespaces/shop/cronjobs/paused', {
    kind: 'CronJob',
    metadata: metadata('paused', 'u-paused'),
    spec: { suspend: true, jobTemplate: { spec: { template } } },
  } as never);
  objects.set('/api/v1/nodes/node-2', {
    kind: 'Node',
    metadata: { name: 'node-2', uid: 'u-node-2' },
    spec: { unschedulable: true },
  } as never);
  objects.set(`${APPS}/daemonsets/agent`, {
    kind: 'DaemonSet',
    metadata: metadata('agent', 'u-agent'),
    spec: { template, updateStrategy: { type: 'RollingUpdate' } },
  } as never);
  objects.set('/apis/batch/v1/namespaces/shop/cronjobs/report', {
    kind: 'CronJob',
    metadata: metadata('report', 'u-report'),
    spec: { suspend: false, jobTemplate: { spec: { template } } },
  } as never);
  objects.set('/api/v1/namespaces/shop/pods/web-1', {
    kind: 'Pod',
    metadata: metadata('web-1', 'u-web-1'),
    spec: { initContainers: [{ name: 'migrate' }], containers: [{ name: 'web' }, { name: 'proxy' }] },
  } as never);
  objects.set('/api/v1/namespaces/shop/services/web', {
    kind: 'Service',
    metadata: metadata('web', 'u-service'),
    spec: { clusterIP: '10.0.0.1' },
  } as never);
  objects.set('/api/v1/nodes/node-1.example', {
    kind: 'Node',
    metadata: { name: 'node-1.example', uid: 'u-node' },
    spec: { podCIDR: '10.1.0.0/24' },
  } as never);
  events.length = 0;
  events.push(
    { type: 'Normal', reason: 'Pulled', message: 'old', count: 1, lastTimestamp: '2026-01-01T00:00:00Z' },
    { type: 'Warning', reason: 'BackOff', message: 'new', count: 7, lastTimestamp: '2026-01-02T00:00:00Z' },
  );
}
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

async function act(object: string, command: object, tier: Tier = 'admin'): Promise<unknown> {
  return (await gateway.post(tier, `${object}/actions`, command)).json();
}

async function problemOf(response: Response): Promise<ProblemDocument> {
  return (await response.json()) as ProblemDocument;
}

describe('an action on an object of Kubernetes', () => {
  const MERGE = 'application/merge-patch+json';
  const report = '/clusters/prod/objects/cronjob/shop/report';

  it.each<[string, string, object, string, string, string, unknown]>([
    [
      'scales a deployment by its scale',
      WEB,
      { action: 'scale', replicas: 5 },
      ...(['PATCH', `${APPS}/deployments/web/scale`, MERGE] as const),
      { metadata: { uid: 'u-web' }, spec: { replicas: 5 } },
    ],
    [
      'scales a stateful set to nothing',
      '/clusters/prod/objects/statefulset/shop/db',
      { action: 'scale', replicas: 0 },
      ...(['PATCH', `${APPS}/statefulsets/db/scale`, MERGE] as const),
      { metadata: { uid: 'u-db' }, spec: { replicas: 0 } },
    ],
    [
      'restarts the rollout of a daemon set as kubectl does',
      '/clusters/prod/objects/daemonset/shop/agent',
      { action: 'rollout-restart' },
      ...(['PATCH', `${APPS}/daemonsets/agent`, MERGE] as const),
      {
        metadata: { uid: 'u-agent' },
        spec: {
          template: {
            metadata: {
              annotations: {
                'kubectl.kubernetes.io/restartedAt': expect.stringMatching(/^20\d\d-.*Z$/) as unknown,
              },
            },
          },
        },
      },
    ],
    [
      'suspends a cron job',
      report,
      { action: 'suspend' },
      ...(['PATCH', '/apis/batch/v1/namespaces/shop/cronjobs/report', MERGE] as const),
      { metadata: { uid: 'u-report' }, spec: { suspend: true } },
    ],
    [
      'cordons a node',
      NODE,
      { action: 'cordon' },
      ...(['PATCH', '/api/v1/nodes/node-1.example', MERGE] as const),
      { metadata: { uid: 'u-node' }, spec: { unschedulable: true } },
    ],
    [
      'deletes a pod, and only the one that was meant',
      POD,
      { action: 'delete-pod', graceSeconds: 5 },
      ...(['DELETE', '/api/v1/namespaces/shop/pods/web-1', 'application/json'] as const),
      { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u-web-1' }, gracePeriodSeconds: 5 },
    ],
  ])('%s', async (_, object, command, method, path, contentType, body) => {
    expect(await act(object, command)).toEqual({ done: expect.any(String) as unknown });
    expect(api.changes).toEqual([{ method, path, query: {}, contentType, body }]);
  });

  it('goes there and back: a cron job is suspended and resumed, a node cordoned and uncordoned', async () => {
    await act(report, { action: 'suspend' });
    expect(await act(report, { action: 'suspend' })).toMatchObject({ code: 'conflict' });
    await act(report, { action: 'resume' });
    expect(api.changes.at(-1)?.body).toMatchObject({ spec: { suspend: false } });
    await act(NODE, { action: 'cordon' });
    await act(NODE, { action: 'uncordon' });
    expect(api.changes.at(-1)?.body).toMatchObject({ spec: { unschedulable: false } });
  });

  it('says from how many to how many it scales', async () => {
    expect(await act(WEB, { action: 'scale', replicas: 3 })).toEqual({ done: 'web is scaled from 2 to 3.' });
  });

  it.each([
    ['a pod', POD, { action: 'scale', replicas: 1 }],
    ['a service', '/clusters/prod/objects/service/shop/web', { action: 'rollout-restart' }],
    ['a node', NODE, { action: 'suspend' }],
    [
      'what replaces pods only when they are deleted',
      '/clusters/prod/objects/statefulset/shop/db',
      { action: 'rollout-restart' },
    ],
  ])('is refused where it makes no sense: %s', async (_, object, command) => {
    expect(await act(object, command)).toMatchObject({ code: 'conflict', status: 409 });
    expect(api.changes).toEqual([]);
  });

  it('is not done to a deployment whose rollout is paused', async () => {
    api.at(`${APPS}/deployments/web`).spec.paused = true;
    expect(await act(WEB, { action: 'rollout-restart' })).toMatchObject({ code: 'conflict' });
    expect(api.changes).toEqual([]);
  });

  it('is written down before and after', async () => {
    await act(WEB, { action: 'scale', replicas: 4 });
    const object = { kind: 'deployment', namespace: 'shop', name: 'web' };
    expect((await gateway.audit()).slice(-2)).toMatchObject([
      { action: 'scale', host: 'cluster:prod', object, arguments: { replicas: 4 }, outcome: 'started' },
      { action: 'scale', host: 'cluster:prod', object, user: 'alice', tier: 'admin', outcome: 'done' },
    ]);
  });
});

describe('each tier against each action on objects', () => {
  const ASKED: Readonly<Record<ObjectActionName, (tier: Tier) => Promise<Response>>> = {
    describe: (tier) => gateway.get(tier, WEB),
    'workload-logs': (tier) => gateway.get(tier, `${POD}/logs?source=web`),
    scale: (tier) => gateway.post(tier, `${WEB}/actions`, { action: 'scale', replicas: 2 }),
    'rollout-restart': (tier) => gateway.post(tier, `${WEB}/actions`, { action: 'rollout-restart' }),
    suspend: (tier) =>
      gateway.post(tier, '/clusters/prod/objects/cronjob/shop/report/actions', { action: 'suspend' }),
    resume: (tier) => {
      api.at('/apis/batch/v1/namespaces/shop/cronjobs/report').spec.suspend = true;
      return gateway.post(tier, '/clusters/prod/objects/cronjob/shop/report/actions', { action: 'resume' });
    },
    'delete-pod': (tier) => gateway.post(tier, `${POD}/actions`, { action: 'delete-pod' }),
    cordon: (tier) => gateway.post(tier, `${NODE}/actions`, { action: 'cordon' }),
    uncordon: (tier) => {
      api.at('/api/v1/nodes/node-1.example').spec.unschedulable = true;
      return gateway.post(tier, `${NODE}/actions`, { action: 'uncordon' });
    },
  };
  beforeEach(() => api.logs.set('shop/web-1/web', []));

  for (const tier of TIERS) {
    for (const action of OBJECT_ACTION_NAMES) {
      const allowed = TIERS.indexOf(tier) >= TIERS.indexOf(ACTIONS[action].tier);
      it(`${tier} ${allowed ? 'does' : 'does not do'} ${action} where the policy allows everything`, async () => {
        const response = await ASKED[action](tier);
        const text = await response.text();
        expect([response.status, allowed ? '' : (JSON.parse(text) as ProblemDocument).code]).toEqual(
          allowed ? [200, ''] : [403, 'tier-refused'],
        );
      });
    }
  }

  it.each(OBJECT_ACTION_NAMES)(
    'without a rule an admin is refused %s, unless it only looks',
    async (action) => {
      gateway.setPolicy('');
      const response = await ASKED[action]('admin');
      expect(response.status).toBe(ACTIONS[action].changes ? 403 : 200);
      await response.text();
      expect(api.changes).toEqual([]);
    },
  );
});

describe('the ClusterRoles of compose/kubernetes', () => {
  const overlays = path.join(ROOT, 'compose/kubernetes/cluster');
  const used = new Map<Tier, Set<Right>>(TIERS.map((tier) => [tier, new Set()]));

  for (const tier of TIERS) {
    const { rights, settings } = readKustomization(path.join(overlays, tier));
    const ofTier = OBJECT_ACTION_NAMES.filter(
      (name) => TIERS.indexOf(ACTIONS[name].tier) <= TIERS.indexOf(tier),
    );

    it(`of the tier ${tier} go with the actions that its agent lets through`, () => {
      expect(settings.TOPOSCOPE_COMPANION_ALLOW?.split(',').sort()).toEqual([...ofTier].sort());
      expect(settings.TOPOSCOPE_COMPANION_CLUSTER_NAME).toBe('kubernetes');
    });

    it.each(OBJECT_ACTION_NAMES)(`of the tier ${tier} allow just that much: %s`, async (action) => {
      api.forbids = (request) => !rights.has(rightFor(request));
      const answers = await Promise.all(EVERY_KIND[action].map((ask) => ask()));
      const codes = await Promise.all(
        answers.map(async (answer) =>
          answer.ok ? (await answer.text(), 'done') : (await problemOf(answer)).code,
        ),
      );
      expect(new Set(codes)).toEqual(new Set([ofTier.includes(action) ? 'done' : 'cluster-refused']));
      if (ofTier.includes(action)) {
        api.requests.forEach((request) => used.get(tier)?.add(rightFor(request)));
      }
    });

    it(`of the tier ${tier} have no right that no action needs`, () => {
      expect([...rights].sort()).toEqual([...(used.get(tier) ?? [])].sort());
    });
  }

  it('never let Secrets or ConfigMaps be read, nor anything be made', () => {
    const all = [...readKustomization(path.join(overlays, 'admin')).rights];
    expect(
      all.filter((right) => /secret|configmap|\*|create|update|watch|exec|escalate|bind/.test(right)),
    ).toEqual([]);
  });

  beforeEach(() => {
    for (const container of ['migrate', 'web', 'proxy']) {
      api.logs.set(`shop/web-1/${container}`, []);
    }
  });
  const at = (kind: string, name: string, namespace = 'shop') =>
    `/clusters/prod/objects/${kind}/${namespace}/${name}`;
  const command = (object: string, body: object) => () => gateway.post('admin', `${object}/actions`, body);
  const EVERY_KIND: Readonly<Record<ObjectActionName, readonly (() => Promise<Response>)[]>> = {
    describe: [
      ...[at('pod', 'web-1'), at('deployment', 'web'), at('statefulset', 'db'), at('daemonset', 'agent')],
      ...[at('job', 'import'), at('cronjob', 'report'), at('service', 'web'), NODE],
    ].map((object) => () => gateway.get('admin', object)),
    'workload-logs': [() => gateway.get('admin', `${POD}/logs`)],
    scale: [WEB, at('statefulset', 'db')].map((object) => command(object, { action: 'scale', replicas: 2 })),
    'rollout-restart': [WEB, at('statefulset', 'cache'), at('daemonset', 'agent')].map((object) =>
      command(object, { action: 'rollout-restart' }),
    ),
    suspend: [command(at('cronjob', 'report'), { action: 'suspend' })],
    resume: [command(at('cronjob', 'paused'), { action: 'resume' })],
    'delete-pod': [command(POD, { action: 'delete-pod' })],
    cordon: [command(NODE, { action: 'cordon' })],
    uncordon: [command(at('node', 'node-2', '-'), { action: 'uncordon' })],
  };
});

describe('the policy on objects', () => {
  it.each([
    ['objects: { namespaces: [shop] }', true],
    ['objects: { namespaces: [kube-system] }', false],
    ['objects: { kinds: [deployment], names: ["w*"] }', true],
    ['objects: { kinds: [node] }', false],
    ['objects: { labels: { app: web } }', true],
    ['objects: { clusters: [test] }', false],
    ['containers: { names: ["*"] }', false],
    ['hosts: ["*"]', false],
  ])('%s: scale is %s', async (scope, allowed) => {
    gateway.setPolicy(`rules: [{ allow: [scale], ${scope} }]`);
    expect(await act(WEB, { action: 'scale', replicas: 3 })).toMatchObject(
      allowed ? { done: expect.any(String) as unknown } : { code: 'policy-refused', status: 403 },
    );
    expect(api.changes).toHaveLength(allowed ? 1 : 0);
  });

  it.each(['labels', 'annotations'])(
    'yields to toposcope.actions=none in %s of the object or of its pods',
    async (where) => {
      const { metadata, spec } = api.at(`${APPS}/deployments/web`);
      for (const holder of [metadata, (spec.template as { metadata: object }).metadata] as Record<
        string,
        unknown
      >[]) {
        const before = holder[where];
        holder[where] = { 'toposcope.actions': 'none' };
        expect(await act(WEB, { action: 'scale', replicas: 3 })).toMatchObject({ code: 'opted-out' });
        holder[where] = before;
      }
      expect(api.changes).toEqual([]);
    },
  );
});

describe('capabilities', () => {
  const ask = async (object: string, tier: Tier = 'admin') =>
    capabilitiesSchema.parse(await (await gateway.get(tier, `${object}/capabilities`)).json());

  it.each<[string, string, Tier, ActionName[]]>([
    ['a deployment', WEB, 'admin', ['describe', 'scale', 'rollout-restart']],
    ['a deployment to an Editor', WEB, 'operate', ['describe', 'scale', 'rollout-restart']],
    ['a deployment to a Viewer', WEB, 'view', ['describe']],
    ['a pod', POD, 'admin', ['describe', 'workload-logs', 'delete-pod']],
    ['a pod to an Editor', POD, 'operate', ['describe', 'workload-logs']],
    ['a cron job', '/clusters/prod/objects/cronjob/shop/report', 'admin', ['describe', 'suspend']],
    ['a service', '/clusters/prod/objects/service/shop/web', 'admin', ['describe']],
    ['a node', NODE, 'admin', ['describe', 'cordon']],
  ])('are for %s what can be done to it now', async (_, object, tier, allowed) => {
    const capabilities = await ask(object, tier);
    expect(capabilities.allowed).toEqual(allowed);
    expect(Object.keys(capabilities.refused).sort()).toEqual(
      OBJECT_ACTION_NAMES.filter((name) => !allowed.includes(name)).sort(),
    );
  });

  it('follow the state of the object and say how many replicas it wants', async () => {
    await act(NODE, { action: 'cordon' });
    expect((await ask(NODE)).allowed).toEqual(['describe', 'uncordon']);
    await act(WEB, { action: 'scale', replicas: 7 });
    expect((await ask(WEB)).object).toEqual({
      kind: 'deployment',
      namespace: 'shop',
      name: 'web',
      replicas: 7,
    });
  });

  it('need no name of the cluster where only one is connected', async () => {
    const { host, allowed } = await ask('/clusters/-/objects/deployment/shop/web');
    expect([host, allowed.length]).toEqual(['cluster:prod', 3]);
    const other = startAgent(secrets, {
      host: 'cluster:test',
      gateway: new URL(gateway.url),
      allows: OBJECT_ACTION_NAMES,
    });
    try {
      await until('a second cluster is connected', () => gateway.register.size === 2);
      const response = await gateway.get('view', '/clusters/-/objects/deployment/shop/web/capabilities');
      expect(await problemOf(response)).toMatchObject({
        code: 'cluster-unknown',
        detail: expect.stringContaining('2 clusters') as unknown,
      });
    } finally {
      await other.stop();
      await until('it has gone', () => gateway.register.size === 1);
    }
  });

  it('name the cluster, and keep clusters and hosts apart', async () => {
    const clusters: unknown = await (await gateway.get('view', '/clusters')).json();
    expect(clusters).toMatchObject({ clusters: [{ name: 'prod', allows: OBJECT_ACTION_NAMES }] });
    expect(await (await gateway.get('view', '/hosts')).json()).toEqual({ hosts: [] });
    expect(await problemOf(await gateway.get('view', '/hosts/prod/containers'))).toMatchObject({
      code: 'host-unknown',
    });
  });
});

describe('describing an object', () => {
  it('gives all of it and its events, and hides every value of an environment', async () => {
    const text = await (await gateway.get('view', WEB)).text();
    expect(text).not.toContain('hunter2');
    const { text: yaml, events } = JSON.parse(text) as DescribeResult;
    expect(parse(yaml)).toMatchObject({
      kind: 'Deployment',
      metadata: { name: 'web', annotations: {} },
      spec: {
        template: { spec: { containers: [{ name: 'web', env: [{ name: 'DB_PASSWORD', value: '***' }] }] } },
      },
    });
    expect(events?.map(({ reason, count }) => [reason, count])).toEqual([
      ['BackOff', 7],
      ['Pulled', 1],
    ]);
    expect(api.requests.at(-1)).toMatchObject({
      path: '/api/v1/namespaces/shop/events',
      query: { fieldSelector: 'involvedObject.kind=Deployment,involvedObject.uid=u-web' },
    });
  });

  it("looks for a node's events where kubelets write them", async () => {
    await gateway.get('view', NODE);
    expect(api.requests.at(-1)).toMatchObject({
      path: '/api/v1/namespaces/default/events',
      query: { fieldSelector: 'involvedObject.kind=Node,involvedObject.name=node-1.example' },
    });
  });

  it('goes without events where the service account may not see them', async () => {
    api.forbids = ({ path }) => path.endsWith('/events');
    const described = (await (await gateway.get('view', WEB)).json()) as DescribeResult;
    expect(described).toMatchObject({ text: expect.stringContaining('Deployment') as unknown, events: null });
  });
});

describe('the logs of a pod', () => {
  const stamp = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z`;
  const lines = (...written: [number, string][]): string[] =>
    written.map(([second, text]) => `${stamp(second)} ${text}\n`);
  beforeEach(() => {
    api.logs.set('shop/web-1/migrate', lines([1, 'migrating'], [2, 'migrated']));
    api.logs.set('shop/web-1/web', lines([3, 'started'], [6, 'GET /'], [7, 'x'.repeat(100_000)]));
    api.logs.set('shop/web-1/proxy', lines([4, 'listening'], [5, 'error: no route']));
  });
  const read = async (query: string) => {
    const text = await (await gateway.get('view', `${POD}/logs${query}`)).text();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { source: string; line: string; partial?: boolean });
  };

  it('are those of all its containers in the order of time, long lines in parts', async () => {
    const all = await read('');
    expect(all.slice(0, -2).map(({ source, line }) => `${source} ${line}`)).toEqual([
      'migrate migrating',
      'migrate migrated',
      'web started',
      'proxy listening',
      'proxy error: no route',
      'web GET /',
    ]);
    expect(all.slice(-2).map(({ line, partial }) => [line.length, partial])).toEqual([
      [65_536, true],
      [100_000 - 65_536, undefined],
    ]);
  });

  it.each([
    ['?source=proxy', ['listening', 'error: no route']],
    ['?grep=error', ['error: no route']],
    ['?regex=%5Emig.*d%24', ['migrated']],
    [`?until=${stamp(3)}`, ['migrating', 'migrated', 'started']],
    ['?source=web&tail=2&until=2026-01-01T00:00:06Z', ['GET /']],
  ])('can be narrowed by %s', async (query, expected) => {
    expect((await read(query)).map(({ line }) => line)).toEqual(expected);
  });

  it('are asked of the cluster as far as it can narrow them itself', async () => {
    await read('?source=web&tail=2&since=1767225600&previous=true');
    expect(api.requests.at(-1)).toMatchObject({
      path: '/api/v1/namespaces/shop/pods/web-1/log',
      query: {
        container: 'web',
        timestamps: 'true',
        tailLines: '2',
        sinceTime: '2026-01-01T00:00:00.000Z',
        previous: 'true',
      },
    });
  });

  it('say which container has none yet, and still are those of the others', async () => {
    api.logs.set('shop/web-1/web', undefined);
    const told = (await read('')).filter(({ source }) => source === 'web');
    expect(told.map(({ line }) => line)).toEqual([expect.stringContaining('waiting to start')]);
    expect(await read('?source=proxy')).toHaveLength(2);
    expect(await problemOf(await gateway.get('view', `${POD}/logs?source=web`))).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('waiting to start') as unknown,
    });
  });

  it('know no container that the pod does not have', async () => {
    expect(await problemOf(await gateway.get('view', `${POD}/logs?source=vault`))).toMatchObject({
      code: 'object-unknown',
      detail: 'The pod has the containers migrate, web, proxy, and no other.',
    });
  });

  it('are followed as they grow, whichever container writes, and let go when the reader leaves', async () => {
    const left = new AbortController();
    const response = await fetch(`${gateway.url}/view/v1${POD}/logs?follow=true&tail=0&format=text`, {
      headers: { ...(await gateway.headers('view')), 'accept-encoding': 'identity' },
      signal: left.signal,
    });
    await until('all containers are followed', () => api.followers.size === 3);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (const container of ['proxy', 'web', 'proxy']) {
      api.followers.get(`shop/web-1/${container}`)?.write(`${stamp(9)} more\n`);
      expect((await reader?.read())?.value).toBe(`${stamp(9)} ${container} more\n`);
    }
    left.abort();
    await until('nobody follows any more', () => api.followers.size === 0);
    await until('its end is written down', async () => (await gateway.audit()).at(-1)?.outcome === 'done');
  });

  it('can be saved as a file of that name', async () => {
    const response = await gateway.get('view', `${POD}/logs?download=true&format=text`);
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename=pod-web-1-[0-9TZ-]+\.txt$/,
    );
    await response.text();
  });
});

describe('bad input', () => {
  it.each([
    ['an unknown kind', '/clusters/prod/objects/secret/shop/web', 400, 'bad-request'],
    ['an unknown name', '/clusters/prod/objects/pod/shop/nobody', 404, 'object-unknown'],
    ['an unknown cluster', '/clusters/test/objects/pod/shop/web-1', 404, 'cluster-unknown'],
    ['a name with dots in a row', '/clusters/prod/objects/pod/shop/a..b', 400, 'bad-request'],
    ['a name that ends in a dash', '/clusters/prod/objects/pod/shop/a-', 400, 'bad-request'],
    ['a name too long', `/clusters/prod/objects/pod/shop/${'a'.repeat(254)}`, 400, 'bad-request'],
    ['dots for a name', '/clusters/prod/objects/pod/shop/..%2fnodes', 403, 'path-refused'],
    ['an escaped slash', '/clusters/prod/objects/pod/shop%2f..%2fkube-system/web-1', 403, 'path-refused'],
    ['an escaped letter', '/clusters/prod/objects/pod/shop/%77eb-1', 403, 'path-refused'],
    ['a slash too many', '/clusters/prod/objects/pod/shop/web-1/exec', 404, 'route-unknown'],
    ['a pod without a namespace', '/clusters/prod/objects/pod/-/web-1', 400, 'bad-request'],
    ['a node with a namespace', '/clusters/prod/objects/node/shop/node-1.example', 400, 'bad-request'],
    ['a namespace with dots', '/clusters/prod/objects/pod/a.b/web-1', 400, 'bad-request'],
    ['the stream of a log', `${POD}/logs?stream=stderr`, 400, 'bad-request'],
  ])('%s is refused, and the cluster is asked nothing odd', async (_, target, status, code) => {
    expect(await problemOf(await gateway.get('admin', target))).toMatchObject({ status, code });
    expect(
      api.requests.map(({ path }) => path).filter((path) => /secret|kube-system|exec|\.\./.test(path)),
    ).toEqual([]);
  });

  it.each([
    ['a million replicas', { action: 'scale', replicas: 1_000_000 }],
    ['a text of replicas', { action: 'scale', replicas: '3' }],
    ['an action for containers', { action: 'stop' }],
    ['another namespace in the body', { action: 'scale', replicas: 1, namespace: 'kube-system' }],
  ])('%s is refused', async (_, command) => {
    expect(await act(WEB, command)).toMatchObject({ code: 'bad-request' });
    expect(api.requests).toEqual([]);
  });

  it('a permit is for one object: not for another one of its name, and not for what hosts do', async () => {
    const claims = { sub: 'alice', jti: '0123456789abcdef', container: '' };
    const object: IdentifiedObject = { kind: 'pod', namespace: 'shop', name: 'web-1', uid: 'u-gone' };
    await expect(perform({ ...claims, object, request: { action: 'delete-pod' } })).rejects.toMatchObject({
      code: 'object-unknown',
    });
    await expect(perform({ ...claims, request: { action: 'delete-pod' } })).rejects.toMatchObject({
      code: 'bad-request',
    });
    await expect(perform({ ...claims, object, request: { action: 'host-shell' } })).rejects.toMatchObject({
      code: 'bad-request',
    });
    expect(api.changes).toEqual([]);
  });

  it('the ceiling of the agent holds whatever the gateway permits', async () => {
    const orchestrator = kubernetes(new ApiClient(await kubernetesAccess(undefined, api.root)));
    const claims = {
      ...{ sub: 'alice', jti: '0123456789abcdef', container: '' },
      object: { kind: 'pod', namespace: 'shop', name: 'web-1', uid: 'u-web-1' } as const,
      request: { action: 'delete-pod' } as const,
    };
    const { signal } = new AbortController();
    await expect(
      performOnObject(orchestrator, new Set<ActionName>(['describe']), claims, signal),
    ).rejects.toMatchObject({ code: 'agent-refused' });
    expect(api.requests).toEqual([]);
  });
});

describe('an API server in trouble', () => {
  it('that refuses by RBAC is told as a 403 with its reason, before and after looking', async () => {
    api.forbids = ({ method }) => method === 'PATCH';
    expect(await act(WEB, { action: 'scale', replicas: 3 })).toMatchObject({
      code: 'cluster-refused',
      status: 403,
      detail: expect.stringContaining('system:serviceaccount:toposcope:toposcope-cluster') as unknown,
    });
    expect((await gateway.audit()).at(-1)).toMatchObject({ outcome: 'failed', code: 'cluster-refused' });
    api.forbids = () => true;
    expect(await act(WEB, { action: 'scale', replicas: 3 })).toMatchObject({ code: 'cluster-refused' });
    expect((await gateway.audit()).at(-1)).toMatchObject({ outcome: 'refused', code: 'cluster-refused' });
  });

  it.each<[string, NonNullable<KubernetesApi['fault']>, string]>([
    ['says nothing', () => undefined, 'did not answer in 1 s'],
    [
      'stops in the middle',
      (response) => void response.writeHead(200).write('{"kind"'),
      'did not answer in 1 s',
    ],
    ['cuts the connection', (response) => response.destroy(), 'cannot be reached'],
    ['answers a page', (response) => response.end('<html>proxy</html>'), 'no JSON'],
    ['answers another object', (response) => response.end('{"kind":"Status"}'), 'something else'],
    [
      'answers another error page',
      (response) => response.writeHead(502).end('<html>secret of the proxy</html>'),
      'the API server answered 502',
    ],
    [
      'answers without end',
      (response) => void response.writeHead(200).end('x'.repeat(9 * 1024 * 1024)),
      '8 MiB',
    ],
    [
      'sends somewhere else',
      (response) => response.writeHead(302, { location: 'https://192.0.2.1/' }).end(),
      '302',
    ],
  ])('that %s is told as such', async (_, fault, detail) => {
    api.fault = fault;
    const problem = await problemOf(await gateway.get('admin', WEB));
    expect(problem).toMatchObject({ code: 'cluster-failed', status: 502 });
    expect(problem.detail).toContain(detail);
    expect(problem.detail).not.toContain('secret of the proxy');
  });

  it('that takes a new token is given it as soon as the kubelet has replaced the old one', async () => {
    api.rotateToken('second-token');
    const refused = await problemOf(await gateway.get('view', WEB));
    expect(refused).toMatchObject({
      code: 'cluster-failed',
      detail: expect.stringContaining('401') as unknown,
    });
    api.mountToken();
    expect((await gateway.get('view', WEB)).status).toBe(200);
    api.unmountToken();
    const missing = await problemOf(await gateway.get('view', WEB));
    expect(missing.detail).toContain('credentials cannot be read');
    api.mountToken();
    for (const text of [
      JSON.stringify(missing),
      JSON.stringify(refused),
      JSON.stringify(await gateway.audit()),
    ]) {
      expect(text).not.toMatch(/first-token|second-token/);
    }
  });

  it('is asked by the command too, and nothing that it says has the token in it', async () => {
    execFileSync('npx', ['tsc', '-b', 'companion'], { cwd: ROOT, stdio: 'ignore' });
    const folder = await mkdtemp(path.join(tmpdir(), 'companion-cluster-'));
    await writeFile(path.join(folder, 'join.token'), secrets.join);
    await writeFile(
      path.join(folder, 'gateway.pub'),
      secrets.permits.publicKey.export({ type: 'spki', format: 'pem' }),
    );
    const child = spawn(
      process.execPath,
      [
        ...['companion/dist/main.js', '--log.level', 'debug', 'cluster', '--cluster.name', 'by-command'],
        ...[
          '--gateway',
          gateway.url,
          '--kubernetes.config',
          api.writeKubeconfig(),
          '--allow',
          'describe,scale',
        ],
        ...['--join.token-file', path.join(folder, 'join.token')],
        ...['--gateway.key-file', path.join(folder, 'gateway.pub')],
      ],
      { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let log = '';
    child.stderr.on('data', (data: Buffer) => (log += data.toString()));
    try {
      await until('the command is connected', () => gateway.register.size === 2);
      const web = '/clusters/by-command/objects/deployment/shop/web';
      expect(await act(web, { action: 'scale', replicas: 3 })).toEqual({
        done: 'web is scaled from 2 to 3.',
      });
      expect(await act(web, { action: 'rollout-restart' })).toMatchObject({ code: 'agent-refused' });
      api.rotateToken('third-token');
      expect(await problemOf(await gateway.get('view', web))).toMatchObject({ code: 'cluster-failed' });
      await until('it has said what it was permitted', () => log.includes('"action":"scale"'));
      expect(log).not.toMatch(/-token["\s]|hunter2/);
    } finally {
      api.mountToken();
      const exited = once(child, 'exit');
      child.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
      await until('it has gone', () => gateway.register.size === 1);
    }
  });

  it('is also reached by a kubeconfig, from outside the cluster', async () => {
    const outside = kubernetes(new ApiClient(await kubernetesAccess(api.writeKubeconfig())));
    const found = await outside.find({ kind: 'deployment', namespace: 'shop', name: 'web' });
    expect(found.uid).toBe('u-web');
    await expect(kubernetesAccess(undefined, '/nowhere')).rejects.toThrow('--kubernetes.config');
  });

  // The last one: nothing answers at that address afterwards.
  it('that is gone is told as such', async () => {
    await api.stop();
    await sleep(0);
    expect(await problemOf(await gateway.get('view', WEB))).toMatchObject({
      code: 'cluster-failed',
      detail: expect.stringContaining('cannot be reached (ECONNREFUSED)') as unknown,
    });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import {
  ACTIONS,
  OBJECT_ACTION_NAMES,
  type ActionName,
  type ObjectActionName,
} from '../../companion/src/protocol/action.js';
import type { ProblemDocument } from '../../companion/src/protocol/problems.js';
import { capabilitiesSchema } from '../../companion/src/protocol/requests.js';
import { TIERS, type Tier } from '../../companion/src/protocol/tiers.js';
import { startAgent, until } from '../engines/companion.js';
import { APPS, NODE, POD, problemOf, useKubernetesCluster, WEB } from '../engines/kubernetes-cluster.js';

const cluster = useKubernetesCluster();

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
    expect(await cluster.act(object, command)).toEqual({ done: expect.any(String) as unknown });
    expect(cluster.api.changes).toEqual([{ method, path, query: {}, contentType, body }]);
  });

  it('goes there and back: a cron job is suspended and resumed, a node cordoned and uncordoned', async () => {
    await cluster.act(report, { action: 'suspend' });
    expect(await cluster.act(report, { action: 'suspend' })).toMatchObject({ code: 'conflict' });
    await cluster.act(report, { action: 'resume' });
    expect(cluster.api.changes.at(-1)?.body).toMatchObject({ spec: { suspend: false } });
    await cluster.act(NODE, { action: 'cordon' });
    await cluster.act(NODE, { action: 'uncordon' });
    expect(cluster.api.changes.at(-1)?.body).toMatchObject({ spec: { unschedulable: false } });
  });

  it('says from how many to how many it scales', async () => {
    expect(await cluster.act(WEB, { action: 'scale', replicas: 3 })).toEqual({
      done: 'web is scaled from 2 to 3.',
    });
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
    expect(await cluster.act(object, command)).toMatchObject({ code: 'conflict', status: 409 });
    expect(cluster.api.changes).toEqual([]);
  });

  it('is not done to a deployment whose rollout is paused', async () => {
    cluster.api.at(`${APPS}/deployments/web`).spec.paused = true;
    expect(await cluster.act(WEB, { action: 'rollout-restart' })).toMatchObject({ code: 'conflict' });
    expect(cluster.api.changes).toEqual([]);
  });

  it('is written down before and after', async () => {
    await cluster.act(WEB, { action: 'scale', replicas: 4 });
    const object = { kind: 'deployment', namespace: 'shop', name: 'web' };
    expect((await cluster.gateway.audit()).slice(-2)).toMatchObject([
      { action: 'scale', host: 'cluster:prod', object, arguments: { replicas: 4 }, outcome: 'started' },
      { action: 'scale', host: 'cluster:prod', object, user: 'alice', tier: 'admin', outcome: 'done' },
    ]);
  });
});

describe('each tier against each action on objects', () => {
  const ASKED: Readonly<Record<ObjectActionName, (tier: Tier) => Promise<Response>>> = {
    describe: (tier) => cluster.gateway.get(tier, WEB),
    'workload-logs': (tier) => cluster.gateway.get(tier, `${POD}/logs?source=web`),
    scale: (tier) => cluster.gateway.post(tier, `${WEB}/actions`, { action: 'scale', replicas: 2 }),
    'rollout-restart': (tier) => cluster.gateway.post(tier, `${WEB}/actions`, { action: 'rollout-restart' }),
    suspend: (tier) =>
      cluster.gateway.post(tier, '/clusters/prod/objects/cronjob/shop/report/actions', { action: 'suspend' }),
    resume: (tier) => {
      cluster.api.at('/apis/batch/v1/namespaces/shop/cronjobs/report').spec.suspend = true;
      return cluster.gateway.post(tier, '/clusters/prod/objects/cronjob/shop/report/actions', {
        action: 'resume',
      });
    },
    'delete-pod': (tier) => cluster.gateway.post(tier, `${POD}/actions`, { action: 'delete-pod' }),
    cordon: (tier) => cluster.gateway.post(tier, `${NODE}/actions`, { action: 'cordon' }),
    uncordon: (tier) => {
      cluster.api.at('/api/v1/nodes/node-1.example').spec.unschedulable = true;
      return cluster.gateway.post(tier, `${NODE}/actions`, { action: 'uncordon' });
    },
  };
  beforeEach(() => cluster.api.logs.set('shop/web-1/web', []));

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
      cluster.gateway.setPolicy('');
      const response = await ASKED[action]('admin');
      expect(response.status).toBe(ACTIONS[action].changes ? 403 : 200);
      await response.text();
      expect(cluster.api.changes).toEqual([]);
    },
  );
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
    cluster.gateway.setPolicy(`rules: [{ allow: [scale], ${scope} }]`);
    expect(await cluster.act(WEB, { action: 'scale', replicas: 3 })).toMatchObject(
      allowed ? { done: expect.any(String) as unknown } : { code: 'policy-refused', status: 403 },
    );
    expect(cluster.api.changes).toHaveLength(allowed ? 1 : 0);
  });

  it.each(['labels', 'annotations'])(
    'yields to toposcope.actions=none in %s of the object or of its pods',
    async (where) => {
      const { metadata, spec } = cluster.api.at(`${APPS}/deployments/web`);
      for (const holder of [metadata, (spec.template as { metadata: object }).metadata] as Record<
        string,
        unknown
      >[]) {
        const before = holder[where];
        holder[where] = { 'toposcope.actions': 'none' };
        expect(await cluster.act(WEB, { action: 'scale', replicas: 3 })).toMatchObject({ code: 'opted-out' });
        holder[where] = before;
      }
      expect(cluster.api.changes).toEqual([]);
    },
  );
});

describe('capabilities', () => {
  const ask = async (object: string, tier: Tier = 'admin') =>
    capabilitiesSchema.parse(await (await cluster.gateway.get(tier, `${object}/capabilities`)).json());

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
    await cluster.act(NODE, { action: 'cordon' });
    expect((await ask(NODE)).allowed).toEqual(['describe', 'uncordon']);
    await cluster.act(WEB, { action: 'scale', replicas: 7 });
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
    const other = startAgent(cluster.secrets, {
      host: 'cluster:test',
      gateway: new URL(cluster.gateway.url),
      allows: OBJECT_ACTION_NAMES,
    });
    try {
      await until('a second cluster is connected', () => cluster.gateway.register.size === 2);
      const response = await cluster.gateway.get(
        'view',
        '/clusters/-/objects/deployment/shop/web/capabilities',
      );
      expect(await problemOf(response)).toMatchObject({
        code: 'cluster-unknown',
        detail: expect.stringContaining('2 clusters') as unknown,
      });
    } finally {
      await other.stop();
      await until('it has gone', () => cluster.gateway.register.size === 1);
    }
  });

  it('name the cluster, and keep clusters and hosts apart', async () => {
    const clusters: unknown = await (await cluster.gateway.get('view', '/clusters')).json();
    expect(clusters).toMatchObject({ clusters: [{ name: 'prod', allows: OBJECT_ACTION_NAMES }] });
    expect(await (await cluster.gateway.get('view', '/hosts')).json()).toEqual({ hosts: [] });
    expect(await problemOf(await cluster.gateway.get('view', '/hosts/prod/containers'))).toMatchObject({
      code: 'host-unknown',
    });
  });
});

import { afterAll, beforeAll, beforeEach } from 'vitest';
import { kubernetesAccess } from '../../companion/src/cluster/kubernetes/access.js';
import { ApiClient } from '../../companion/src/cluster/kubernetes/api-client.js';
import { kubernetes } from '../../companion/src/cluster/kubernetes/kubernetes.js';
import { performOnObject } from '../../companion/src/cluster/perform-on-object.js';
import { OBJECT_ACTION_NAMES, type ActionName } from '../../companion/src/protocol/action.js';
import type { ProblemDocument } from '../../companion/src/protocol/problems.js';
import type { Tier } from '../../companion/src/protocol/tiers.js';
import { startClusterAgent } from './cluster-agent.js';
import { makeSecrets, startGateway, type Secrets, type TestGateway } from './companion.js';
import { KubernetesApi } from './kubernetes-api.js';

export const APPS = '/apis/apps/v1/namespaces/shop';
/** Objects of the cluster, as the gateway's paths name them. */
export const WEB = '/clusters/prod/objects/deployment/shop/web';
export const POD = '/clusters/prod/objects/pod/shop/web-1';
export const NODE = '/clusters/prod/objects/node/-/node-1.example';

const EVERYTHING = 'rules: [{ allow: "*" }]';

/** The cluster `prod`: a shop's objects in an API server, and a gateway with the cluster's agent. */
export interface KubernetesCluster {
  readonly api: KubernetesApi;
  readonly gateway: TestGateway;
  readonly secrets: Secrets;
  /** What the agent does with a permit. */
  perform(claims: Parameters<typeof performOnObject>[2]): ReturnType<typeof performOnObject>;
  /** The answer to an action on an object. */
  act(object: string, command: object, tier?: Tier): Promise<unknown>;
}

/** Gives the tests of a file one, with the same objects for each, and a policy that allows everything. */
export function useKubernetesCluster(): KubernetesCluster {
  const secrets = makeSecrets();
  let api: KubernetesApi;
  let gateway: TestGateway;
  let agent: { stop(): Promise<void> };
  let orchestrator: Parameters<typeof performOnObject>[0];

  beforeAll(async () => {
    api = await KubernetesApi.start();
    gateway = await startGateway(secrets, { policy: EVERYTHING });
    orchestrator = kubernetes(new ApiClient(await kubernetesAccess(undefined, api.root), 1_000));
    agent = await startClusterAgent(secrets, gateway, 'prod', orchestrator);
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

  return {
    secrets,
    get api() {
      return api;
    },
    get gateway() {
      return gateway;
    },
    perform: (claims) =>
      performOnObject(
        orchestrator,
        new Set<ActionName>(OBJECT_ACTION_NAMES),
        claims,
        new AbortController().signal,
      ),
    act: async (object, command, tier = 'admin'): Promise<unknown> => {
      const response = await gateway.post(tier, `${object}/actions`, command);
      return response.json();
    },
  };
}

export async function problemOf(response: Response): Promise<ProblemDocument> {
  return (await response.json()) as ProblemDocument;
}

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

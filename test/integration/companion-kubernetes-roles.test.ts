import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ACTIONS, OBJECT_ACTION_NAMES, type ObjectActionName } from '../../companion/src/protocol/action.js';
import { TIERS, type Tier } from '../../companion/src/protocol/tiers.js';
import { NODE, POD, problemOf, useKubernetesCluster, WEB } from '../engines/kubernetes-cluster.js';
import { readKustomization, rightFor, type Right } from '../engines/kubernetes-roles.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const cluster = useKubernetesCluster();

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
      cluster.api.forbids = (request) => !rights.has(rightFor(request));
      const answers = await Promise.all(EVERY_KIND[action].map((ask) => ask()));
      const codes = await Promise.all(
        answers.map(async (answer) =>
          answer.ok ? (await answer.text(), 'done') : (await problemOf(answer)).code,
        ),
      );
      expect(new Set(codes)).toEqual(new Set([ofTier.includes(action) ? 'done' : 'cluster-refused']));
      if (ofTier.includes(action)) {
        cluster.api.requests.forEach((request) => used.get(tier)?.add(rightFor(request)));
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
      cluster.api.logs.set(`shop/web-1/${container}`, []);
    }
  });
  const at = (kind: string, name: string, namespace = 'shop') =>
    `/clusters/prod/objects/${kind}/${namespace}/${name}`;
  const command = (object: string, body: object) => () =>
    cluster.gateway.post('admin', `${object}/actions`, body);
  const EVERY_KIND: Readonly<Record<ObjectActionName, readonly (() => Promise<Response>)[]>> = {
    describe: [
      ...[at('pod', 'web-1'), at('deployment', 'web'), at('statefulset', 'db'), at('daemonset', 'agent')],
      ...[at('job', 'import'), at('cronjob', 'report'), at('service', 'web'), NODE],
    ].map((object) => () => cluster.gateway.get('admin', object)),
    'workload-logs': [() => cluster.gateway.get('admin', `${POD}/logs`)],
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

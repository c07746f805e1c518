import { describe, expect, it } from 'vitest';
import { kubernetesAnswers } from '../../fixtures/kubernetes';
import { buildTopology } from '../../views/build';
import { VIEWS } from '../../views/register';
import { complete } from '../steps';
import type { Notice, ViewId } from '../topology';

describe('what is missing of kube-state-metrics', () => {
  it.each<[string, ViewId, (family: string, cluster: string) => boolean, readonly string[]]>([
    [
      'a family that every pod has',
      'pods',
      (family) => family === 'kube_pod_status_phase',
      ['kube-state-metrics does not export kube_pod_status_phase: what they tell is missing here.'],
    ],
    [
      'endpoints, in whatever form',
      'services',
      (family) => family.startsWith('kube_endpoint'),
      [
        'kube-state-metrics does not export kube_endpoint_address or kube_endpointslice_endpoints: what they tell is missing here.',
      ],
    ],
    [
      'the same of one cluster, as of an old release',
      'services',
      (family, cluster) => family.startsWith('kube_endpoint') && cluster === 'north',
      [
        'kube-state-metrics of north does not export kube_endpoint_address or kube_endpointslice_endpoints: what they tell is missing here.',
      ],
    ],
    [
      'whose ReplicaSets are, where there are Deployments',
      'controllers',
      (family) => family === 'kube_replicaset_owner',
      ['kube-state-metrics does not export kube_replicaset_owner: what they tell is missing here.'],
    ],
    [
      'the schedule of CronJobs',
      'controllers',
      (family) => family === 'kube_cronjob_info',
      ['kube-state-metrics of north does not export kube_cronjob_info: what they tell is missing here.'],
    ],
    [
      'nothing where there are no objects of a kind',
      'controllers',
      (family) => family.includes('statefulset'),
      [],
    ],
    [
      'a whole kind of object that every cluster has',
      'nodes',
      (family) => family.startsWith('kube_node_'),
      [
        'kube-state-metrics does not export kube_node_info, kube_node_created, kube_node_spec_unschedulable: what they tell is missing here.',
      ],
    ],
    ['nothing that the view does not need', 'storage', (family) => family.startsWith('kube_namespace'), []],
  ])('says %s', (_, view, isMissing, messages) => {
    const notices = noticesOf(view, isMissing);
    expect(notices.map(({ message }) => message)).toEqual(messages);
    expect(notices.every(({ action }) => action !== '')).toBe(true);
  });

  it('finds the Deployment of a pod by the names where the owner of its ReplicaSet is missing', () => {
    const answers = kubernetesAnswers(VIEWS.controllers, (row, query) =>
      query === 'kubeReplicaSets' ? undefined : row,
    );
    const { nodes } = draw('controllers', answers);
    const web = nodes.find(({ id }) => id === 'deployment:north/shop/web');
    expect(web?.facts.find(({ key }) => key === 'pods')?.values).toEqual(['2']);
  });

  it('says that exporters are missing', () => {
    const answers = kubernetesAnswers(VIEWS.pods, (row, query) =>
      /^kube(?!rnetes)/.test(query) ? row : undefined,
    );
    expect(draw('pods', answers).notices.map(({ message }) => message)).toEqual([
      'kube-state-metrics is scraped, but no Toposcope exporter: who talks to whom is not known.',
    ]);
  });
});

function noticesOf(view: ViewId, isMissing: (family: string, cluster: string) => boolean): readonly Notice[] {
  const answers = kubernetesAnswers(VIEWS[view], (row) =>
    isMissing(row.labels.__name__ ?? '', row.labels.cluster ?? '') ? undefined : row,
  );
  return draw(view, answers).notices;
}

function draw(view: ViewId, answers: Parameters<typeof buildTopology>[1]) {
  const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
  return complete(buildTopology(VIEWS[view], answers, options, { at: 0, notices: [] }));
}

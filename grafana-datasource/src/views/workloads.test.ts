import { describe, expect, it } from 'vitest';
import { kubernetesAnswers } from '../fixtures/kubernetes';
import { vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import type { Topology } from '../graph/topology';
import type { Vectors } from '../graph/vectors';
import { buildTopology } from './build';
import type { ViewOptions } from './view';
import { workloadsView } from './workloads';

describe('workloads', () => {
  it('tell of a Swarm service how many run, and which versions', () => {
    const tasks = [
      { container_id: 'c1', image: 'shop/web:1', state: 'running' },
      { container_id: 'c2', image: 'shop/web:2', state: 'running' },
      { container_id: 'c3', image: 'shop/web:1', state: 'exited' },
    ];
    const rows = (labelsOf: (task: (typeof tasks)[number], index: number) => Record<string, string>) =>
      vectorOfRows(
        tasks.map((task, index) => ({
          labels: { host: 'a', container_id: task.container_id, ...labelsOf(task, index) },
          value: 1,
        })),
      );
    const { nodes } = draw({
      containerInfo: rows(({ image }, index) => ({ name: `shop_web.${index}`, image })),
      containerState: rows(({ state }) => ({ state })),
      containerWorkload: rows((_, index) => ({
        orchestrator: 'swarm',
        namespace: 'shop',
        workload_kind: 'service',
        workload: 'shop_web',
        instance: String(index),
      })),
    });
    expect(nodes.map(({ label, sublabel, group }) => [label, sublabel, group])).toEqual([
      ['web', '2 of 3 containers running', 'Swarm · shop'],
    ]);
    expect(factOf(nodes[0], 'version_drift')).toEqual(['shop/web: 1 (2), 2 (1)']);
    expect(factOf(nodes[0], 'desired')).toBeUndefined();
  });

  it.each<[string, number, number, object, string, string]>([
    ['fewer than it should be', 3, 2, {}, '2 of 3 running', 'warning'],
    ['none at all', 3, 0, {}, '0 of 3 running', 'critical'],
    ['as it should be', 2, 2, {}, '2 of 2 running', 'ok'],
    ['switched off, where what is stopped is shown', 0, 0, { stopped: true }, '0 of 0 running', 'stopped'],
  ])(
    'tell of a Swarm service without a container here: it is %s',
    (_, desired, running, more, sublabel, health) => {
      const { nodes } = draw(serviceOf(desired, running), { stopped: false, ...more });
      expect(nodes.map((node) => [node.id, node.label, node.sublabel, node.group, node.health])).toEqual([
        ['workload:swarm/shop/service/shop_web', 'web', sublabel, 'Swarm · shop', health],
      ]);
      expect(factOf(nodes[0], 'desired')).toEqual([String(desired)]);
    },
  );

  it.each([
    ['is switched off', 0, {}],
    ['is in another namespace', 1, { namespaces: ['office'] }],
    ['is not known to be on that host', 1, { hosts: ['b'] }],
    ['runs, where only what is stopped is asked for', 1, { running: false }],
  ])('leave out a service without a container that %s', (_, desired, more) => {
    expect(draw(serviceOf(desired, 0), { stopped: false, ...more }).nodes).toEqual([]);
  });

  it('tell how many replicas the manager knows to run, also where not every node has an exporter', () => {
    const labels = { host: 'a', container_id: 'c1' };
    const { nodes } = draw({
      ...serviceOf(3, 3),
      containerInfo: vectorOfRows([{ labels: { ...labels, name: 'web.1', image: 'shop/web:1' }, value: 1 }]),
      containerState: vectorOfRows([{ labels: { ...labels, state: 'running' }, value: 1 }]),
      containerWorkload: vectorOfRows([{ labels: { ...labels, ...SERVICE }, value: 1 }]),
    });
    expect(nodes.map(({ sublabel, health, count }) => [sublabel, health, count])).toEqual([
      ['3 of 3 running', 'ok', 1],
    ]);
    const facts = ['desired', 'running', 'containers'].map((key) => factOf(nodes[0], key));
    expect(facts).toEqual([['3'], ['3'], ['1']]);
  });

  it('are the controllers of Kubernetes, of each cluster by themselves', () => {
    const { nodes, edges } = draw(kubernetesAnswers(workloadsView));
    const workloads = nodes.filter(({ kind }) => kind === 'workload');
    expect(workloads.map(({ id, sublabel, group }) => [id, sublabel, group])).toEqual([
      [
        'workload:kubernetes/north/kube-system/DaemonSet/kube-proxy',
        '2 of 2 ready',
        'Kubernetes · north · kube-system',
      ],
      [
        'workload:kubernetes/north/kube-system/Deployment/coredns',
        '1 of 1 ready',
        'Kubernetes · north · kube-system',
      ],
      [
        'workload:kubernetes/north/kube-system/pod/kube-apiserver-node-1',
        '1 container',
        'Kubernetes · north · kube-system',
      ],
      ['workload:kubernetes/north/shop/CronJob/report', '1 container', 'Kubernetes · north · shop'],
      ['workload:kubernetes/north/shop/Deployment/web', '2 of 3 ready', 'Kubernetes · north · shop'],
      ['workload:kubernetes/north/shop/StatefulSet/db', '1 of 1 ready', 'Kubernetes · north · shop'],
      ['workload:kubernetes/south/shop/Deployment/web', '1 of 1 ready', 'Kubernetes · south · shop'],
      ['workload:kubernetes/south/shop/Rollout/cart', '1 container', 'Kubernetes · south · shop'],
    ]);
    const web = workloads.find(({ id }) => id.endsWith('north/shop/Deployment/web'));
    expect([factOf(web, 'desired'), factOf(web, 'ready')]).toEqual([['3'], ['2']]);
    expect(web?.metrics[0]?.expr).toContain('workload="web-7d9c5b6f4-abcde",host="north-1"');
    expect(
      edges.map(({ source, target }) => `${source} → ${target}`.replaceAll('workload:kubernetes/', '')),
    ).toEqual([
      'uncontained:north-1 → service:north/default/kubernetes',
      'unmanaged:/10.0.0.12 → north/kube-system/Deployment/coredns',
      'north/kube-system/DaemonSet/kube-proxy → north/kube-system/pod/kube-apiserver-node-1',
      // By its Service, and by the address of a pod on a Node without an exporter.
      'north/shop/CronJob/report → north/shop/Deployment/web',
      'north/shop/Deployment/web → north/kube-system/Deployment/coredns',
      'north/shop/Deployment/web → north/shop/Deployment/web',
      'north/shop/Deployment/web → north/shop/StatefulSet/db',
      'south/shop/Rollout/cart → south/shop/Deployment/web',
    ]);
  });
});

const SERVICE = {
  orchestrator: 'swarm',
  namespace: 'shop',
  workload_kind: 'service',
  workload: 'shop_web',
};

/** As two managers tell it, of which one has not heard of the last change. */
function serviceOf(desired: number, running: number): Vectors {
  const rows = (value: number) => [
    { labels: { host: 'a', ...SERVICE }, value },
    { labels: { host: 'b', ...SERVICE }, value: Math.max(0, value - 1) },
  ];
  return { workloadDesired: vectorOfRows(rows(desired)), workloadRunning: vectorOfRows(rows(running)) };
}

function draw(vectors: Vectors, more: Partial<ViewOptions> = {}): Topology {
  const options = { hosts: [], stopped: true, unconnected: true, outside: true, scope: [], ...more };
  return complete(buildTopology(workloadsView, vectors, options, { at: 0, notices: [] }));
}

function factOf(node: Topology['nodes'][number] | undefined, key: string): readonly string[] | undefined {
  return node?.facts.find((fact) => fact.key === key)?.values;
}

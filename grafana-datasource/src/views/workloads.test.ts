import { describe, expect, it } from 'vitest';
import { kubernetesAnswers } from '../fixtures/kubernetes';
import { vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import type { Topology } from '../graph/topology';
import { buildTopology } from './build';
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

function draw(vectors: Parameters<typeof buildTopology>[1]): Topology {
  const options = { hosts: [], stopped: true, unconnected: true, outside: true, scope: [] };
  return complete(buildTopology(workloadsView, vectors, options, { at: 0, notices: [] }));
}

function factOf(node: Topology['nodes'][number] | undefined, key: string): readonly string[] | undefined {
  return node?.facts.find((fact) => fact.key === key)?.values;
}

import { describe, expect, it } from 'vitest';
import { targetKey, targetOf } from './target';

const facts = [
  { key: 'id', label: 'Container id', values: ['abc'] },
  { key: 'host', label: 'Host', values: ['web-1'] },
  { key: 'state', label: 'State', values: ['paused'] },
];

describe('targetOf', () => {
  it('names the container of a node', () => {
    expect(targetOf({ kind: 'container', label: 'shop', facts })).toEqual({
      host: 'web-1',
      container: 'abc',
      name: 'shop',
      state: 'paused',
    });
  });

  it('names a host', () => {
    expect(targetOf({ kind: 'host', label: 'web-1', facts: [] })).toMatchObject({
      host: 'web-1',
      container: '',
    });
  });

  it.each([
    ['pod', 'pod'],
    ['deployment', 'deployment'],
    ['cronjob', 'cronjob'],
    ['service', 'service'],
  ] as const)('names the %s of a cluster', (kind, object) => {
    const place = [
      { key: 'cluster', label: 'Cluster', values: ['prod'] },
      { key: 'namespace', label: 'Namespace', values: ['shop'] },
    ];
    expect(targetOf({ kind, label: 'web', facts: place })?.object).toEqual({
      cluster: 'prod',
      kind: object,
      namespace: 'shop',
      name: 'web',
    });
  });

  it('names a node, which has no namespace, of a cluster that nobody names', () => {
    expect(targetOf({ kind: 'node', label: 'node-1', facts: [] })?.object).toEqual({
      cluster: '',
      kind: 'node',
      namespace: '',
      name: 'node-1',
    });
  });

  const workload = (orchestrator: string, kind: string, namespace: string) => [
    { key: 'orchestrator', label: 'Orchestrator', values: [orchestrator] },
    { key: 'workload_kind', label: 'Kind', values: [kind] },
    { key: 'namespace', label: 'Stack', values: [namespace] },
  ];

  it.each([
    ['Swarm', 'service', 'shop', 'service', 'shop_web'],
    ['Swarm', 'service', '', 'service', 'web'],
    ['Kubernetes', 'pod', 'shop', 'pod', 'web'],
  ])('names a workload of %s (%s, in "%s")', (orchestrator, kind, namespace, object, name) => {
    const facts = workload(orchestrator, kind, namespace);
    expect(targetOf({ kind: 'workload', label: 'web', facts })?.object).toEqual({
      cluster: '',
      kind: object,
      namespace,
      name,
    });
  });

  it('has nothing for a service of Compose, which nobody orchestrates', () => {
    expect(
      targetOf({ kind: 'workload', label: 'web', facts: workload('Compose', 'service', 'shop') }),
    ).toBeUndefined();
  });

  it('tells objects of one name apart by their kind and namespace', () => {
    const of = (kind: 'pod' | 'service', namespace: string) =>
      targetOf({ kind, label: 'web', facts: [{ key: 'namespace', label: '', values: [namespace] }] });
    const keys = [of('pod', 'a'), of('pod', 'b'), of('service', 'a')].map((each) => each && targetKey(each));
    expect(new Set(keys).size).toBe(3);
  });

  it.each(['image', 'process', 'internet', 'uncontained'] as const)('has nothing for the kind %s', (kind) => {
    expect(targetOf({ kind, label: 'x', facts })).toBeUndefined();
  });

  it('has nothing for a container whose id is not known', () => {
    expect(targetOf({ kind: 'container', label: 'shop', facts: [] })).toBeUndefined();
  });
});

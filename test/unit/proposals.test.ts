import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kubernetesAnswers } from '../../grafana-datasource/src/fixtures/kubernetes';
import { complete } from '../../grafana-datasource/src/graph/steps';
import type { NodeKind, Topology, TopologyNode } from '../../grafana-datasource/src/graph/topology';
import { buildTopology } from '../../grafana-datasource/src/views/build';
import { namespacesView } from '../../grafana-datasource/src/views/namespaces';
import { proposalFor } from '../../grafana-panel/src/export/proposal';

const AT = 1_795_231_570_000;

interface Policy {
  readonly metadata: { readonly namespace: string };
  readonly spec: { readonly ingress: readonly { readonly from: readonly unknown[] }[] };
}

describe('the network policies of the recorded clusters', () => {
  const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
  const answers = kubernetesAnswers(namespacesView);
  const topology = complete(buildTopology(namespacesView, answers, options, { at: AT, notices: [] }));
  const yaml = proposalFor(topology)?.yamlOf(topology) ?? '';
  const policies = parseAllDocuments(yaml).map((document) => document.toJS() as Policy);

  it('are what Kubernetes takes for network policies, one a namespace, and none of the system’s', () => {
    for (const policy of policies) {
      new NetworkPolicy(policy as never).validate();
    }
    expect(policies.map(({ metadata }) => metadata.namespace)).toEqual([
      'default',
      'old',
      'shop',
      'default',
      'shop',
    ]);
  });

  it('let a namespace’s own pods in, and say who cannot be named', () => {
    expect(policies[2]?.spec.ingress).toEqual([{ from: [{ podSelector: {} }] }]);
    expect(yaml).toContain('# Not let in, since no selector names it: Uncontained, north-1');
    expect(yaml).toContain('shop in the cluster south at 2026-11-21T');
  });
});

describe('a network policy', () => {
  it('lets in other namespaces, single addresses and the Internet, each in its own way', () => {
    const topology = pictureOf(
      'namespaces',
      [
        node('shop', 'namespace'),
        node('edge', 'namespace'),
        node('internet', 'internet'),
        node('printer', 'unmanaged', { address: '192.0.2.7' }),
        node('other', 'node', { addresses: '2001:db8::1' }),
        node('strange', 'unmanaged', { address: 'not an address\nspec: {}' }),
      ],
      [
        ['edge', 'shop'],
        ['internet', 'shop'],
        ['printer', 'shop'],
        ['other', 'shop'],
        ['strange', 'shop'],
        ['shop', 'edge'],
      ],
    );
    const documents = parseAllDocuments(proposalFor(topology)?.yamlOf(topology) ?? '');
    const [shop] = documents.map((document) => document.toJS() as Policy);
    new NetworkPolicy(shop as never).validate();
    expect(shop?.spec.ingress).toEqual([
      { from: [{ podSelector: {} }] },
      {
        from: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } } },
          { ipBlock: { cidr: '0.0.0.0/0' } },
          { ipBlock: { cidr: '::/0' } },
          { ipBlock: { cidr: '2001:db8::1/128' } },
          { ipBlock: { cidr: '192.0.2.7/32' } },
        ],
      },
    ]);
  });
});

describe('the networks of a Compose project', () => {
  const compose = (name: string, project = 'shop') =>
    node(`${project}/${name}`, 'workload', { orchestrator: 'Compose', namespace: project, workload: name });
  const topology = pictureOf(
    'workloads',
    [
      compose('lb'),
      compose('app'),
      compose('db'),
      compose('cron'),
      compose('mail', 'office'),
      node('internet', 'internet'),
    ],
    [
      ['internet', 'shop/lb'],
      ['shop/lb', 'shop/app'],
      ['shop/app', 'shop/db'],
      ['shop/app', 'office/mail'],
    ],
  );
  const yaml = proposalFor(topology)?.yamlOf(topology) ?? '';
  const projects = parseAllDocuments(yaml).map((document) => document.toJS() as unknown);

  it('join callers with whom they call, and only what talks to others with the outside', () => {
    expect(projects).toEqual([
      { services: { mail: { networks: ['outside'] } }, networks: { outside: {} } },
      {
        services: {
          app: { networks: ['outside', 'to-app', 'to-db'] },
          db: { networks: ['to-db'] },
          lb: { networks: ['outside', 'to-app'] },
        },
        networks: { outside: {}, 'to-app': { internal: true }, 'to-db': { internal: true } },
      },
    ]);
  });

  it('leave what was not seen to talk as it is, and say so', () => {
    expect(yaml).toContain('# Without any connection, and left as they are: cron');
  });
});

it('is proposed only where there is somebody to propose it for', () => {
  expect(proposalFor(pictureOf('workloads', [node('web', 'workload', { orchestrator: 'Swarm' })], []))).toBe(
    undefined,
  );
  expect(proposalFor(pictureOf('namespaces', [node('kube-system', 'namespace')], []))).toBe(undefined);
  expect(proposalFor(pictureOf('containers', [node('web', 'container')], []))).toBe(undefined);
});

function pictureOf(
  view: Topology['view'],
  nodes: readonly TopologyNode[],
  edges: readonly (readonly [string, string])[],
): Topology {
  const traffic = {
    ...{ open: 1, opened: 0, closed: 0, failed: 0 },
    ...{ requestBytes: null, responseBytes: null, retransmits: null, rtt: null },
  };
  return {
    view,
    at: AT,
    nodes,
    edges: edges.map(([source, target]) => ({
      ...{ id: `${source}>${target}`, source, target, traffic, links: [], expr: '' },
    })),
    notices: [],
  };
}

function node(id: string, kind: NodeKind, facts: Readonly<Record<string, string>> = {}): TopologyNode {
  return {
    ...{ id, kind, label: id, sublabel: '', group: '', count: 1, health: 'ok' },
    facts: Object.entries(facts).map(([key, value]) => ({ key, label: key, values: [value] })),
    metrics: [],
    relatives: [],
  };
}

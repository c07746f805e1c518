import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kubernetesAnswers } from '../../grafana-datasource/src/fixtures/kubernetes';
import { complete } from '../../grafana-datasource/src/graph/steps';
import type { EdgeLink, NodeKind, Topology, TopologyNode } from '../../grafana-datasource/src/graph/topology';
import { buildTopology } from '../../grafana-datasource/src/views/build';
import { controllersView } from '../../grafana-datasource/src/views/controllers';
import { namespacesView } from '../../grafana-datasource/src/views/namespaces';
import type { View } from '../../grafana-datasource/src/views/view';
import { type ProposalKey, proposalsFor } from '../../grafana-panel/src/export/proposal';

const AT = 1_795_231_570_000;

/** No pod and no node has one of them. */
const PUBLIC = [
  {
    ipBlock: {
      cidr: '0.0.0.0/0',
      except: ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
    },
  },
  { ipBlock: { cidr: '::/0', except: ['fc00::/7', 'fe80::/10'] } },
];

interface Policy {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly podSelector: unknown;
    readonly ingress: readonly { readonly from: readonly unknown[]; readonly ports?: readonly unknown[] }[];
    readonly egress?: readonly { readonly to?: readonly unknown[]; readonly ports?: readonly unknown[] }[];
  };
}

/** What is proposed in a view of the recorded clusters, which is checked to be what Kubernetes takes. */
function proposedIn(view: View, key: ProposalKey = 'policies-in'): { yaml: string; policies: Policy[] } {
  const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
  const topology = complete(buildTopology(view, kubernetesAnswers(view), options, { at: AT, notices: [] }));
  const yaml = yamlOf(topology, key);
  return { yaml, policies: policiesIn(yaml) };
}

function yamlOf(topology: Topology, key: ProposalKey = 'policies-in'): string {
  return (
    proposalsFor(topology)
      .find((proposal) => proposal.key === key)
      ?.yamlOf(topology) ?? ''
  );
}

function policiesIn(yaml: string): Policy[] {
  return parseAllDocuments(yaml).map((document) => {
    const policy = document.toJS() as Policy;
    new NetworkPolicy(policy as never).validate();
    return policy;
  });
}

describe('the network policies of the recorded clusters', () => {
  const { yaml, policies } = proposedIn(namespacesView);

  it('are what Kubernetes takes for network policies, one a namespace, and none of the system’s', () => {
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

describe('the network policies of the recorded clusters’ controllers', () => {
  const { yaml, policies } = proposedIn(controllersView);
  const labelled = (component: string) => ({
    podSelector: {
      matchLabels: { 'app.kubernetes.io/component': component, 'app.kubernetes.io/name': 'shop' },
    },
  });

  it('let in who was seen, by the labels of both ends’ pods, on the port that the pods listen on, not the Service', () => {
    const rules = (port: number, ...from: readonly object[]) => ({
      policyTypes: ['Ingress'],
      ingress: [{ from, ports: [{ protocol: 'TCP', port }] }],
    });
    const web = { podSelector: { matchLabels: { app: 'web' } } };
    const cart = { podSelector: { matchLabels: { app: 'cart' } } };
    expect(policies.map(({ metadata: { name, namespace }, spec }) => [namespace, name, spec])).toEqual([
      [
        'shop',
        'deployment-web-seen-connections',
        { ...labelled('web'), ...rules(8080, labelled('report'), labelled('web')) },
      ],
      ['shop', 'deployment-web-seen-connections', { ...web, ...rules(8080, cart) }],
      ['shop', 'statefulset-db-seen-connections', { ...labelled('db'), ...rules(5432, labelled('web')) }],
    ]);
  });

  it('say of which cluster they are', () => {
    expect(yaml).toContain('the pods of web in shop in the cluster south at 2026-11-21T');
  });
});

describe('a network policy', () => {
  it('lets in each caller on the ports of the server that it was seen on, and on all where one is not known', () => {
    const topology = pictureOf(
      'namespaces',
      [
        node('shop', 'namespace'),
        node('edge', 'namespace'),
        node('cron', 'namespace'),
        node('old', 'namespace'),
      ],
      [
        ['edge', 'shop', { port: '80', serverPorts: ['8080', 'metrics'] }, { protocol: 'udp', port: '53' }],
        ['cron', 'shop', { protocol: 'udp', port: '53' }, { port: '8080' }, { port: 'metrics' }],
        ['old', 'shop', { port: '80' }, { port: '' }],
      ],
    );
    const [shop] = policiesIn(yamlOf(topology));
    const from = (name: string) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
    });
    expect(shop?.spec.ingress).toEqual([
      { from: [{ podSelector: {} }] },
      {
        from: [from('cron'), from('edge')],
        ports: [
          { protocol: 'TCP', port: 8080 },
          { protocol: 'TCP', port: 'metrics' },
          { protocol: 'UDP', port: 53 },
        ],
      },
      { from: [from('old')] },
    ]);
  });

  it('selects pods without known labels by their namespace, and who calls a Service for all behind it', () => {
    const of = (namespace: string, labels?: string) => ({ namespace, ...(labels && { pod_labels: labels }) });
    const topology = pictureOf(
      'controllers',
      [
        node('web', 'deployment', of('shop', 'app=web')),
        node('blue', 'deployment', of('shop', 'app=blue')),
        node('job', 'job', of('shop')),
        node('far', 'deployment', of('edge', 'app=far')),
        node('other', 'pod', of('edge')),
        node('both', 'service', of('shop')),
        node('silent', 'deployment', of('shop', 'app=silent')),
        node('dns', 'deployment', of('kube-system', 'k8s-app=kube-dns')),
      ],
      [
        ['job', 'web', { port: '80' }],
        ['far', 'both', { port: '80' }],
        ['other', 'both', { port: '80' }],
        ['web', 'both', 'membership'],
        ['blue', 'both', 'membership'],
        ['web', 'dns', { port: '53' }],
      ],
    );
    const edge = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } } };
    const far = { ...edge, podSelector: { matchLabels: { app: 'far' } } };
    const ports = [{ protocol: 'TCP', port: 80 }];
    const policies = policiesIn(yamlOf(topology));
    expect(policies.map(({ metadata, spec }) => [metadata.name, spec.ingress])).toEqual([
      ['deployment-web-seen-connections', [{ from: [far, { podSelector: {} }, edge], ports }]],
      ['deployment-blue-seen-connections', [{ from: [far, edge], ports }]],
    ]);
  });

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
    const [shop] = policiesIn(yamlOf(topology));
    expect(shop?.spec.ingress).toEqual([
      { from: [{ podSelector: {} }] },
      {
        from: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } } },
          ...PUBLIC,
          { ipBlock: { cidr: '2001:db8::1/128' } },
          { ipBlock: { cidr: '192.0.2.7/32' } },
        ],
      },
    ]);
  });
});

describe('a network policy for both ways', () => {
  const names = [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ];
  const of = (namespace: string, facts: Readonly<Record<string, string>> = {}) => ({ namespace, ...facts });
  const labelled = (app: string) => ({ podSelector: { matchLabels: { app } } });

  it('of a namespace lets names be asked for, and out only to whom it was seen to call', () => {
    const topology = pictureOf(
      'namespaces',
      [
        node('shop', 'namespace'),
        node('data', 'namespace'),
        node('internet', 'internet'),
        node('api.example', 'external', { name: 'api.example' }),
        node('printer', 'unmanaged', { address: '192.0.2.7' }),
        node('host-1', 'uncontained'),
      ],
      [
        ['shop', 'data', { port: '5432', serverPorts: ['5433'] }],
        ['shop', 'shop', { port: '80' }],
        ['shop', 'internet', { port: '443' }],
        ['shop', 'api.example', { port: '443' }],
        ['shop', 'printer', { port: '631' }],
        ['shop', 'host-1', { port: '9100' }],
      ],
    );
    const yaml = yamlOf(topology, 'policies-both');
    const [shop, data] = policiesIn(yaml);
    expect(shop?.spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: {} }] }],
      egress: [
        { ports: names },
        { to: [{ podSelector: {} }] },
        { to: PUBLIC, ports: [{ protocol: 'TCP', port: 443 }] },
        {
          to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'data' } } }],
          ports: [{ protocol: 'TCP', port: 5433 }],
        },
        { to: [{ ipBlock: { cidr: '192.0.2.7/32' } }], ports: [{ protocol: 'TCP', port: 631 }] },
      ],
    });
    expect(data?.spec.egress).toEqual([{ ports: names }, { to: [{ podSelector: {} }] }]);
    expect(yaml).toContain('# Not let out to, since no selector names it: host-1');
  });

  it('of pods follows a Service to what is behind it, and takes pods on their nodes’ network by address', () => {
    const topology = pictureOf(
      'controllers',
      [
        node('web', 'deployment', of('shop', { pod_labels: 'app=web' })),
        node('db', 'statefulset', of('shop', { pod_labels: 'app=db' })),
        node('apiserver', 'pod', of('kube-system', { host_network: 'the node’s', addresses: '10.0.0.11' })),
        node('both', 'service', of('shop', { addresses: '10.96.0.7' })),
        node('mail', 'service', of('shop', { addresses: '10.96.0.8' })),
        node('silent', 'deployment', of('shop', { pod_labels: 'app=silent' })),
      ],
      [
        ['web', 'both', { port: '80', serverPorts: ['5432'] }],
        ['db', 'both', 'membership'],
        ['web', 'apiserver', { port: '443', serverPorts: ['6443'] }],
        ['web', 'mail', { port: '25' }],
      ],
    );
    const yaml = yamlOf(topology, 'policies-both');
    const policies = policiesIn(yaml);
    expect(policies.map(({ spec }) => spec)).toEqual([
      {
        ...labelled('web'),
        // Nobody was seen to call it: what comes in is left as it is.
        policyTypes: ['Egress'],
        egress: [
          { ports: names },
          { to: [{ ipBlock: { cidr: '10.0.0.11/32' } }], ports: [{ protocol: 'TCP', port: 6443 }] },
          { to: [labelled('db')], ports: [{ protocol: 'TCP', port: 5432 }] },
        ],
      },
      {
        ...labelled('db'),
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [labelled('web')], ports: [{ protocol: 'TCP', port: 5432 }] }],
        egress: [{ ports: names }],
      },
    ]);
    expect(yaml).toContain('# Not let out to, since no selector names it: mail');
  });

  it('is what Kubernetes takes, in both views of the recorded clusters', () => {
    for (const view of [namespacesView, controllersView]) {
      const { policies } = proposedIn(view, 'policies-both');
      expect(policies.length).toBeGreaterThan(3);
      expect(policies.filter(({ spec }) => spec.egress?.[0]?.ports?.length !== 2)).toEqual([]);
    }
  });
});

it('proposals hold words of YAML 1.1 as texts, for kubectl and Compose', () => {
  const policies = pictureOf(
    'controllers',
    [
      node('web', 'deployment', { namespace: 'shop', pod_labels: 'app=on' }),
      node('y', 'deployment', { namespace: 'no', pod_labels: 'app=y' }),
    ],
    [['y', 'web', { port: '80' }]],
  );
  const facts = (workload: string) => ({ orchestrator: 'Compose', namespace: 'no', workload });
  const networks = pictureOf(
    'workloads',
    [node('a', 'workload', facts('on')), node('b', 'workload', facts('yes'))],
    [['a', 'b']],
  );
  const told = [yamlOf(policies), yamlOf(networks, 'compose-networks')].flatMap((yaml) =>
    parseAllDocuments(yaml, { version: '1.1' }).map((document) => JSON.stringify(document.toJS())),
  );
  expect(told).toEqual([
    expect.stringContaining('"podSelector":{"matchLabels":{"app":"on"}}'),
    expect.stringContaining('"services":{"on":{"networks":["to-yes"]},"yes":'),
  ]);
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
  const yaml = yamlOf(topology, 'compose-networks');
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

it.each([
  ['of a Swarm’s services', pictureOf('workloads', [node('web', 'workload', { orchestrator: 'Swarm' })], [])],
  ['of Kubernetes’ own namespaces', pictureOf('namespaces', [node('kube-system', 'namespace')], [])],
  ['of containers', pictureOf('containers', [node('web', 'container')], [])],
  [
    'of controllers on the nodes’ network',
    pictureOf(
      'controllers',
      [node('proxy', 'daemonset', { namespace: 'net', pod_labels: 'app=proxy', host_network: 'the nodes’' })],
      [],
    ),
  ],
])('nothing is proposed in a picture %s', (_, topology) => {
  expect(proposalsFor(topology)).toEqual([]);
});

function pictureOf(
  view: Topology['view'],
  nodes: readonly TopologyNode[],
  edges: readonly (readonly [string, string, ...(Partial<EdgeLink> | 'membership')[]])[],
): Topology {
  const traffic = {
    ...{ open: 1, opened: 0, closed: 0, failed: 0 },
    ...{ requestBytes: null, responseBytes: null, retransmits: null, rtt: null },
  };
  return {
    view,
    at: AT,
    nodes,
    edges: edges.map(([source, target, ...more]) => {
      const links = more.filter((link) => link !== 'membership');
      return {
        ...{ id: `${source}>${target}`, source, target, traffic, expr: '' },
        ...(more.includes('membership') ? { kind: 'membership' } : {}),
        links: links.map((link) => ({ protocol: 'tcp', port: '', traffic, ...link })),
      };
    }),
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

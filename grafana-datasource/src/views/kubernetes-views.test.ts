import { describe, expect, it } from 'vitest';
import { kubernetesAnswers } from '../fixtures/kubernetes';
import { randomNumbers } from '../fixtures/random-numbers';
import { type Row, vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import { KUBERNETES_VIEW_IDS, type Topology, type TopologyNode, type ViewId } from '../graph/topology';
import type { Vector } from '../graph/vector';
import type { Vectors } from '../graph/vectors';
import type { QueryId } from '../promql/queries';
import type { ViewFilter } from '../query';
import { buildTopology } from './build';
import { VIEWS } from './register';

/** What a real Prometheus answered about two clusters that share names and addresses: test/fixtures/kubernetes. */
describe('what is told of an object', () => {
  it.each<[string, ViewId, string, Record<string, string>]>([
    [
      'a pod',
      'pods',
      'pod:north/shop/web-7d9c5b6f4-abcde',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'Pod',
        phase: 'Running',
        ready: '1 of 1',
        restarts: '2',
        created: '1760001000',
        addresses: '10.244.1.10',
        ports: '8080/tcp',
        controller: 'Deployment web',
        service: 'web',
        node: 'node-1',
        image: 'registry.example/shop/web:2.1',
        uid: '46c5da3e-ed8f-49a4-5317-13c7f09abb04',
      },
    ],
    [
      'a pod on the host’s network, of the node’s own files, whose kubelet gives it another uid',
      'pods',
      'pod:north/kube-system/kube-apiserver-node-1',
      {
        cluster: 'north',
        namespace: 'kube-system',
        kind: 'Pod',
        phase: 'Running',
        ready: '1 of 1',
        restarts: '0',
        created: '1759999000',
        addresses: '10.0.0.11',
        host_network: 'the node’s',
        ports: '6443/tcp',
        node: 'node-1',
        priority_class: 'system-node-critical',
        image: 'registry.k8s.io/kube-apiserver:v1.31.4',
        uid: 'f1a1cc3e-e1f1-150b-eace-69c07251f5e2',
      },
    ],
    [
      'a Deployment in the middle of an update',
      'controllers',
      'deployment:north/shop/web',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'Deployment',
        desired: '3',
        ready: '2',
        available: '2',
        updated: '1',
        strategy: 'RollingUpdate, at most 1 more and 0 fewer',
        created: '1760000000',
        pods: '2',
        image: 'registry.example/shop/web:2.0 | registry.example/shop/web:2.1',
        version_drift: 'registry.example/shop/web: 2.0 (1), 2.1 (1)',
        node: 'node-1 | node-2',
        pod_labels: 'app.kubernetes.io/component=web | app.kubernetes.io/name=shop',
      },
    ],
    [
      'a Deployment that crashes',
      'controllers',
      'deployment:north/shop/broken',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'Deployment',
        desired: '1',
        ready: '0',
        available: '0',
        updated: '1',
        strategy: 'Recreate',
        created: '1760001900',
        pods: '1',
        image: 'registry.example/shop/broken:1',
        node: 'node-2',
      },
    ],
    [
      'a DaemonSet',
      'controllers',
      'daemonset:north/kube-system/kube-proxy',
      {
        cluster: 'north',
        namespace: 'kube-system',
        kind: 'DaemonSet',
        desired: '2',
        ready: '2',
        available: '2',
        updated: '2',
        misscheduled: '0',
        created: '1759999000',
        pods: '2',
        image: 'registry.k8s.io/kube-proxy:v1.31.4',
        node: 'node-1 | node-2',
      },
    ],
    [
      'a StatefulSet',
      'controllers',
      'statefulset:north/shop/db',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'StatefulSet',
        desired: '1',
        ready: '1',
        available: '1',
        updated: '1',
        created: '1760000090',
        pods: '1',
        image: 'docker.io/library/postgres:16',
        node: 'node-1',
        pod_labels: 'app.kubernetes.io/component=db | app.kubernetes.io/name=shop',
      },
    ],
    [
      'a CronJob with its Jobs',
      'controllers',
      'cronjob:north/shop/report',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'CronJob',
        schedule: '0 * * * *',
        timezone: 'Europe/Berlin',
        concurrency_policy: 'Forbid',
        active: '1',
        last_schedule: '1760002990',
        last_success: '1760000250',
        next_schedule: '1760006590',
        jobs: 'report-29349940: complete | report-29350000: active',
        created: '1760000000',
        pods: '2',
        image: 'registry.example/shop/report:1',
        node: 'node-1',
        pod_labels: 'app.kubernetes.io/component=report | app.kubernetes.io/name=shop',
      },
    ],
    [
      'a Job that has ended',
      'controllers',
      'job:north/shop/migrate',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'Job',
        status: 'complete',
        desired: '1',
        succeeded: '1',
        active: '0',
        failed: '0',
        parallelism: '1',
        created: '1760000040',
        started: '1760000041',
        completed: '1760000100',
        pods: '1',
        image: 'registry.example/shop/migrate:3',
        node: 'node-1',
      },
    ],
    [
      'an operator’s own kind',
      'controllers',
      'controller:Rollout/south/shop/cart',
      {
        cluster: 'south',
        namespace: 'shop',
        kind: 'Rollout',
        ready: '1',
        pods: '1',
        image: 'registry.example/shop/cart:4',
        node: 'node-1',
        pod_labels: 'app=cart',
      },
    ],
    [
      'a Service with a load balancer',
      'services',
      'service:north/shop/web',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'Service',
        type: 'LoadBalancer',
        addresses: '10.96.20.5 | 203.0.113.7',
        ports: '80/tcp → 8080 (node port 31080)',
        target_ports: '8080/tcp',
        ready: '2 of 2 endpoints',
        endpoints: 'web-7d9c5b6f4-abcde | web-5f6d8c7b9-fghjk',
        created: '1760000010',
        image: 'registry.example/shop/web:2.0 | registry.example/shop/web:2.1',
        version_drift: 'registry.example/shop/web: 2.0 (1), 2.1 (1)',
      },
    ],
    [
      'a headless Service',
      'services',
      'service:north/shop/db',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'Service',
        type: 'ClusterIP',
        addresses: 'none (headless)',
        ports: '5432/tcp',
        target_ports: '5432/tcp',
        ready: '1 of 1 endpoint',
        endpoints: 'db-0',
        created: '1760000090',
        image: 'docker.io/library/postgres:16',
      },
    ],
    [
      'a Service for a name outside',
      'services',
      'service:north/shop/mail',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'Service',
        type: 'ExternalName',
        external_name: 'mail.example',
        created: '1760000020',
      },
    ],
    [
      'a Service whose endpoints are slices, and whose series Prometheus has renamed',
      'services',
      'service:south/shop/web',
      {
        cluster: 'south',
        namespace: 'shop',
        kind: 'Service',
        type: 'ClusterIP',
        addresses: '10.96.20.5',
        ports: '80/tcp → 8080',
        target_ports: '8080/tcp',
        ready: '1 of 1 endpoint',
        endpoints: 'web-6b8d9f7c5-zzzzz',
        created: '1760000620',
        image: 'registry.example/shop/web:2.1',
      },
    ],
    [
      'a namespace',
      'namespaces',
      'namespace:north/shop',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'Namespace',
        status: 'Active',
        created: '1760000000',
        pods: '8',
        controllers: '5',
        services: '3',
      },
    ],
    [
      'a claim',
      'storage',
      'storage-claim:north/shop/data-db-0',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'PersistentVolumeClaim',
        status: 'Bound',
        class: 'fast',
        requested: '10 GiB',
        capacity: '10 GiB',
        volume: 'pvc-7a31',
        volume_mode: 'Filesystem',
        access_mode: 'ReadWriteOnce',
        created: '1760000090',
        pods: 'db-0',
      },
    ],
    [
      'a claim that waits',
      'storage',
      'storage-claim:north/shop/scratch',
      {
        cluster: 'north',
        namespace: 'shop',
        kind: 'PersistentVolumeClaim',
        status: 'Pending',
        class: 'slow',
        requested: '500 MiB',
        volume_mode: 'Filesystem',
        access_mode: 'ReadWriteOnce',
        created: '1760002500',
        pods: 'worker',
      },
    ],
    [
      'a volume that nobody claims any more',
      'storage',
      'storage-volume:north/pvc-0f22',
      {
        cluster: 'north',
        kind: 'PersistentVolume',
        status: 'Released',
        claim: 'shop/data-gone',
        class: 'fast',
        capacity: '20 GiB',
        reclaim_policy: 'Delete',
        source: 'ebs.csi.example',
        created: '1760000010',
      },
    ],
    [
      'a class of storage',
      'storage',
      'storage-class:north/fast',
      {
        cluster: 'north',
        kind: 'StorageClass',
        provisioner: 'ebs.csi.example',
        reclaim_policy: 'Delete',
        binding_mode: 'WaitForFirstConsumer',
        created: '1759600000',
      },
    ],
    [
      'a Node that is cordoned and short of disk, without an exporter',
      'nodes',
      'node:north/node-2',
      {
        cluster: 'north',
        kind: 'Node',
        ready: 'yes',
        condition: 'DiskPressure',
        schedulable: 'no',
        addresses: '10.0.0.12',
        pod_cidr: '10.244.2.0/24',
        kubelet: 'v1.31.4',
        runtime: 'containerd://1.7.22',
        os: 'Debian GNU/Linux 12 (bookworm)',
        kernel: '6.1.0-28-amd64',
        cpus: '4',
        memory: '16 GiB',
        pods: '3',
        most_pods: '110',
        created: '1759500000',
        host: 'no exporter',
      },
    ],
  ])('%s', (_, view, id, facts) => {
    expect(factsOf(draw(view, { stopped: true }), id)).toEqual(facts);
  });

  it.each<[ViewId, Record<string, string>]>([
    [
      'pods',
      {
        'web-7d9c5b6f4-abcde': 'ok',
        'broken-6c4f7d8b5-kl2mn': 'critical',
        worker: 'warning',
        'migrate-vn4tl': 'stopped',
      },
    ],
    ['controllers', { 'kube-proxy': 'ok', db: 'ok', broken: 'critical', report: 'ok', migrate: 'stopped' }],
    ['namespaces', { old: 'warning', shop: 'critical' }],
    ['storage', { 'data-db-0': 'ok', scratch: 'warning', 'pvc-0f22': 'warning', fast: 'unknown' }],
    ['nodes', { 'node-2': 'warning' }],
  ])('the condition of %s', (view, expected) => {
    const { nodes } = draw(view, { stopped: true });
    const healths = Object.keys(expected).map((label) => [
      label,
      nodes.find((node) => node.label === label && !node.id.includes('south'))?.health,
    ]);
    expect(Object.fromEntries(healths)).toEqual(expected);
  });

  it('the numbers of a Deployment’s pods, added up', () => {
    const web = nodeOf(draw('controllers'), 'deployment:north/shop/web');
    const memory = web.metrics.find(({ key }) => key === 'memory');
    expect(memory?.value).toBe(2e8);
    expect(memory?.expr).toContain('workload=~"web-5f6d8c7b9-fghjk|web-7d9c5b6f4-abcde"');
  });

  it('whom it belongs to, and what belongs to it', () => {
    const { relatives } = nodeOf(draw('pods'), 'pod:north/shop/web-7d9c5b6f4-abcde');
    expect(relatives.map(({ view, id }) => `${view} ${id}`)).toEqual([
      'controllers deployment:north/shop/web',
      'services service:north/shop/web',
      'namespaces namespace:north/shop',
      'nodes node:north/node-1',
      'containers container:north-1/5d672eaaeffc',
      'hosts host:north-1',
    ]);
  });
});

describe('who talks to whom', () => {
  it.each<[ViewId, readonly string[]]>([
    [
      'pods',
      [
        // Node ports and the kubelet's own: what runs outside containers.
        'north-1 → kubernetes :443',
        // From the host network of a node without an exporter: which of its pods it was cannot be told.
        'node-2 → coredns-668d6bf9bc-h4v9t :53',
        'kube-proxy-aaaaa → kube-apiserver-node-1 :6443',
        // Behind the Service are two: without NAT known, it cannot be told which.
        'report-29350000-x7k2p → web :80',
        // NAT is known, to a pod on a node without an exporter.
        'report-29350000-x7k2p → web-5f6d8c7b9-fghjk :80',
        // Only one pod is behind the Service.
        'cart-0 → web-6b8d9f7c5-zzzzz :80',
        'web-5f6d8c7b9-fghjk → web-7d9c5b6f4-abcde :8080',
        'web-5f6d8c7b9-fghjk ∈ web',
        'web-7d9c5b6f4-abcde → coredns-668d6bf9bc-h4v9t :53',
        'web-7d9c5b6f4-abcde → db-0 :5432',
        'web-7d9c5b6f4-abcde ∈ web',
      ],
    ],
    [
      'controllers',
      [
        'north-1 → kubernetes :443',
        'node-2 → coredns :53',
        'kube-proxy → kube-apiserver-node-1 :6443',
        'report → web :80',
        'cart → web :80',
        'web → coredns :53',
        'web → db :5432',
        'web → web :8080',
      ],
    ],
    [
      'services',
      [
        'north-1 → kubernetes :443',
        'node-2 → kube-dns :53',
        'kube-proxy-aaaaa → kube-apiserver-node-1 :6443',
        'report-29350000-x7k2p → web :80',
        'cart-0 → web :80',
        'web → kube-dns :53',
        'web → db :5432',
        'web → web :8080',
      ],
    ],
    [
      'namespaces',
      [
        'north-1 → default :443',
        'node-2 → kube-system :53',
        'kube-system → kube-system :6443',
        'shop → kube-system :53',
        'shop → shop :5432,80,8080',
        'shop → shop :80',
      ],
    ],
    [
      'storage',
      [
        'data-db-0 ∈ pvc-7a31',
        'db-0 ∈ data-db-0',
        'pvc-0f22 ∈ fast',
        'pvc-7a31 ∈ fast',
        'scratch ∈ slow',
        'worker ∈ scratch',
      ],
    ],
    [
      'nodes',
      [
        'node-1 → kube-dns :53',
        'node-1 → kubernetes :443',
        'node-1 → node-2 :80',
        'node-1 → web :80',
        'node-1 → web :80',
        'node-2 → node-1 :53,8080',
      ],
    ],
  ])('in the view of %s', (view, expected) => {
    expect(arrows(draw(view))).toEqual([...expected].sort());
  });

  it('never crosses from one cluster to the other', () => {
    for (const view of KUBERNETES_VIEW_IDS) {
      const { edges } = draw(view);
      expect(edges.filter(({ id }) => id.includes('north') && id.includes('south'))).toEqual([]);
    }
  });

  it('takes the address of a Service for the Service in every other view, too', () => {
    const edges = draw('containers').edges.map(({ id }) => id);
    expect(edges).toContain('container:north-1/5d672eaaeffc>service:north/kube-system/kube-dns');
    expect(edges).toContain('container:south-1/af5029f8b92d>service:south/shop/web');
  });

  it('is told also where a node has the addresses of all Services, as kube-proxy’s IPVS mode does it', () => {
    const answers = kubernetesAnswers(VIEWS.services);
    const hostAddresses = withRows(answers.hostAddresses, [
      { labels: { host: 'north-1', interface: 'kube-ipvs0', ip: '10.96.0.10', scope: 'global' }, value: 1 },
    ]);
    expect(arrows(draw('services', {}, { ...answers, hostAddresses }))).toContain('web → kube-dns :53');
  });
});

describe('clusters', () => {
  it('are told by the pods on a host where its own series have no label', () => {
    const answers = kubernetesAnswers(VIEWS.services, (row, query) =>
      query === 'kubernetesHosts' ? { ...row, labels: { host: row.labels.host ?? '' } } : row,
    );
    const topology = draw('services', {}, answers);
    expect(topology.notices).toEqual([]);
    expect(arrows(topology)).toContain('web → kube-dns :53');
    expect(topology.edges.map(({ id }) => id)).toContain('pod:south/shop/cart-0>service:south/shop/web');
  });

  it('that cannot be told are said, and nothing is joined by address then', () => {
    const answers = kubernetesAnswers(VIEWS.services, (row, query) =>
      query === 'kubernetesHosts'
        ? { ...row, labels: { host: row.labels.host ?? '' } }
        : query === 'containerWorkload'
          ? { ...row, labels: { ...row.labels, pod_uid: '' } }
          : row,
    );
    const { notices, edges } = draw('services', {}, answers);
    expect(notices.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Which cluster these hosts belong to is not known.*north-1, south-1\.$/),
    ]);
    expect(edges.filter(({ id }) => /container.*>service/.test(id))).toEqual([]);
  });

  it('have a label of another name where the data source says so', () => {
    const renamed = kubernetesAnswers(VIEWS.pods, ({ labels, value }) => {
      const { cluster, ...others } = labels;
      return { labels: cluster === undefined ? others : { ...others, region: cluster }, value };
    });
    const text = JSON.stringify(draw('pods', { clusterLabel: 'region' }, renamed));
    expect(JSON.parse(text.replaceAll('region=', 'cluster='))).toEqual(plain(draw('pods')));
  });

  it('without any label are one', () => {
    const answers = kubernetesAnswers(VIEWS.pods, ({ labels, value }) => {
      const { cluster, ...others } = labels;
      return cluster === 'south' || labels.host === 'south-1' ? undefined : { labels: others, value };
    });
    const topology = draw('pods', {}, answers);
    expect(topology.notices).toEqual([]);
    expect(topology.edges.map(({ id }) => id)).toContain(
      'pod:/shop/web-7d9c5b6f4-abcde>pod:/kube-system/coredns-668d6bf9bc-h4v9t',
    );
  });
});

describe('what a query leaves out', () => {
  const names = ({ nodes }: Topology, kind: string) =>
    nodes.filter((node) => node.kind === kind).map(({ label }) => label);

  it('pods and Jobs that have ended, unless stopped ones are asked for', () => {
    expect(names(draw('pods'), 'pod')).not.toContain('migrate-vn4tl');
    expect(names(draw('pods', { stopped: true }), 'pod')).toContain('migrate-vn4tl');
    expect(names(draw('controllers'), 'job')).toEqual([]);
    expect(names(draw('controllers', { stopped: true }), 'job')).toEqual(['migrate']);
  });

  it('other namespaces', () => {
    const topology = draw('controllers', { namespaces: ['kube-system'], unconnected: true });
    expect(names(topology, 'daemonset')).toEqual(['kube-proxy']);
    expect(names(topology, 'statefulset')).toEqual([]);
  });

  it('the platform’s own', () => {
    expect(names(draw('controllers', { containers: 'application' }), 'daemonset')).toEqual([]);
    expect(names(draw('controllers', { containers: 'system' }), 'statefulset')).toEqual([]);
  });

  it('other hosts, by the name of the host or of the Node', () => {
    expect(names(draw('nodes', { hosts: ['north-1'] }), 'node')).toContain('node-1');
    const onTwo = draw('pods', { hosts: ['node-2'], unconnected: true });
    expect(names(onTwo, 'pod')).toContain('broken-6c4f7d8b5-kl2mn');
    expect(names(onTwo, 'pod')).not.toContain('worker');
  });
});

describe('without kube-state-metrics', () => {
  const bare = (view: ViewId) =>
    kubernetesAnswers(VIEWS[view], (row, query) => (/^kube(?!rnetes)/.test(query) ? undefined : row));

  it('pods are shown by what their containers say, and what is missing is said', () => {
    const { nodes, edges, notices } = draw('pods', {}, bare('pods'));
    expect(notices.map(({ message }) => message)).toEqual([
      'No series of kube-state-metrics (kube_pod_info and others) at this time.',
    ]);
    const web = nodes.find(({ id }) => id === 'pod:north/shop/web-7d9c5b6f4-abcde');
    expect(web?.health).toBe('ok');
    expect(edges.map(({ id }) => id)).toContain('pod:north/shop/web-7d9c5b6f4-abcde>pod:north/shop/db-0');
  });

  it.each(KUBERNETES_VIEW_IDS)('the view of %s is drawn all the same', (view) => {
    expect(draw(view, {}, bare(view)).notices.length).toBe(1);
  });
});

describe('whatever the rows are', () => {
  it.each(KUBERNETES_VIEW_IDS)('the view of %s is the same in another order, or with rows twice', (view) => {
    const whole = kubernetesAnswers(VIEWS[view]);
    const random = randomNumbers(5);
    for (let run = 0; run < 3; run++) {
      const shuffled = mapRows(whole, (rows) =>
        [...rows, ...(run % 2 === 0 ? rows : [])]
          .map((row) => ({ row, at: random() }))
          .sort((a, b) => a.at - b.at)
          .map(({ row }) => row),
      );
      expect(plain(draw(view, { stopped: true }, shuffled))).toEqual(plain(draw(view, { stopped: true })));
    }
  });

  it.each(KUBERNETES_VIEW_IDS)('the view of %s has unique ids and no edge without both its nodes', (view) => {
    const whole = kubernetesAnswers(VIEWS[view]);
    const random = randomNumbers(7);
    const words = ['', 'north', 'shop', 'web', 'node-1', '10.244.1.10', 'a/b', '>', '\n', '__proto__', 'Job'];
    for (let run = 0; run < 6; run++) {
      const damaged = mapRows(whole, (rows) =>
        rows
          .filter(() => random() > 0.1)
          .map(({ labels, value }) => ({
            value: random() < 0.1 ? Number.NaN : value,
            labels: Object.fromEntries(
              Object.entries(labels).map(([name, text]) => [
                name,
                random() < 0.1 ? (words[Math.floor(random() * words.length)] ?? '') : text,
              ]),
            ),
          })),
      );
      const { nodes, edges } = draw(view, { stopped: true }, damaged);
      const ids = nodes.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].sort());
      const known = new Set(ids);
      expect(edges.filter(({ source, target }) => !known.has(source) || !known.has(target))).toEqual([]);
    }
  });
});

function draw(
  view: ViewId,
  filter: ViewFilter & { readonly clusterLabel?: string } = {},
  answers: Vectors = kubernetesAnswers(VIEWS[view]),
): Topology {
  const defaults = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
  return complete(buildTopology(VIEWS[view], answers, { ...defaults, ...filter }, { at: 0, notices: [] }));
}

function nodeOf({ nodes }: Topology, id: string): TopologyNode {
  const node = nodes.find((candidate) => candidate.id === id);
  if (node === undefined) {
    throw new Error(`There is no ${id} among ${nodes.map((other) => other.id).join(', ')}`);
  }
  return node;
}

function factsOf(topology: Topology, id: string): Record<string, string> {
  const { facts } = nodeOf(topology, id);
  return Object.fromEntries(facts.map(({ key, values }) => [key, values.join(' | ')]));
}

/** `client → server :ports`, and `member ∈ group`, by the nodes' labels. */
function arrows({ nodes, edges }: Topology): readonly string[] {
  const labels = new Map(
    nodes.map(({ id, kind, label, sublabel }) => [id, kind === 'uncontained' ? sublabel : label]),
  );
  return edges
    .map(({ source, target, kind, links }) => {
      const [from, to] = [labels.get(source) ?? '', labels.get(target) ?? ''];
      const ports = links.map(({ port }) => port).sort();
      return kind === 'membership' ? `${from} ∈ ${to}` : `${from} → ${to} :${ports.join(',')}`;
    })
    .sort();
}

function plain(topology: Topology): unknown {
  return JSON.parse(JSON.stringify(topology));
}

function withRows(vector: Vector | undefined, more: readonly Row[]): Vector {
  return vectorOfRows([...rowsOf(vector), ...more]);
}

function mapRows(vectors: Vectors, change: (rows: readonly Row[]) => Row[]): Vectors {
  const entries = Object.entries(vectors) as [QueryId, Vector][];
  return Object.fromEntries(entries.map(([id, vector]) => [id, vectorOfRows(change(rowsOf(vector)))]));
}

function rowsOf(vector: Vector | undefined): Row[] {
  return Array.from({ length: vector?.size ?? 0 }, (_, row) => ({
    value: vector?.values[row] ?? 0,
    labels: Object.fromEntries(
      [...(vector?.labels ?? [])].map(([name, column]) => [name, column[row] ?? '']),
    ),
  }));
}

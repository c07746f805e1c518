import { describe, expect, it } from 'vitest';
import { drawKubernetes, kubernetesAnswers } from '../fixtures/kubernetes';
import { randomNumbers } from '../fixtures/random-numbers';
import { type Row, vectorOfRows } from '../fixtures/vector-of-rows';
import { KUBERNETES_VIEW_IDS, type Topology, type ViewId } from '../graph/topology';
import type { Vector } from '../graph/vector';
import type { Vectors } from '../graph/vectors';
import type { QueryId } from '../promql/queries';
import { VIEWS } from './register';

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
    expect(arrows(drawKubernetes(view))).toEqual([...expected].sort());
  });

  it('never crosses from one cluster to the other', () => {
    for (const view of KUBERNETES_VIEW_IDS) {
      const { edges } = drawKubernetes(view);
      expect(edges.filter(({ id }) => id.includes('north') && id.includes('south'))).toEqual([]);
    }
  });

  it('takes the address of a Service for the Service in every other view, too', () => {
    const edges = drawKubernetes('containers').edges.map(({ id }) => id);
    expect(edges).toContain('container:north-1/5d672eaaeffc>service:north/kube-system/kube-dns');
    expect(edges).toContain('container:south-1/af5029f8b92d>service:south/shop/web');
  });

  it('is told also where a node has the addresses of all Services, as kube-proxy’s IPVS mode does it', () => {
    const answers = kubernetesAnswers(VIEWS.services);
    const hostAddresses = withRows(answers.hostAddresses, [
      { labels: { host: 'north-1', interface: 'kube-ipvs0', ip: '10.96.0.10', scope: 'global' }, value: 1 },
    ]);
    expect(arrows(drawKubernetes('services', {}, { ...answers, hostAddresses }))).toContain(
      'web → kube-dns :53',
    );
  });
});

describe('clusters', () => {
  it('are told by the pods on a host where its own series have no label', () => {
    const answers = kubernetesAnswers(VIEWS.services, (row, query) =>
      query === 'kubernetesHosts' ? { ...row, labels: { host: row.labels.host ?? '' } } : row,
    );
    const topology = drawKubernetes('services', {}, answers);
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
    const { notices, edges } = drawKubernetes('services', {}, answers);
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
    const text = JSON.stringify(drawKubernetes('pods', { clusterLabel: 'region' }, renamed));
    expect(JSON.parse(text.replaceAll('region=', 'cluster='))).toEqual(plain(drawKubernetes('pods')));
  });

  it('without any label are one', () => {
    const answers = kubernetesAnswers(VIEWS.pods, ({ labels, value }) => {
      const { cluster, ...others } = labels;
      return cluster === 'south' || labels.host === 'south-1' ? undefined : { labels: others, value };
    });
    const topology = drawKubernetes('pods', {}, answers);
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
    expect(names(drawKubernetes('pods'), 'pod')).not.toContain('migrate-vn4tl');
    expect(names(drawKubernetes('pods', { stopped: true }), 'pod')).toContain('migrate-vn4tl');
    expect(names(drawKubernetes('controllers'), 'job')).toEqual([]);
    expect(names(drawKubernetes('controllers', { stopped: true }), 'job')).toEqual(['import', 'migrate']);
  });

  it('other namespaces', () => {
    const topology = drawKubernetes('controllers', { namespaces: ['kube-system'], unconnected: true });
    expect(names(topology, 'daemonset')).toEqual(['kube-proxy']);
    expect(names(topology, 'statefulset')).toEqual([]);
  });

  it('the platform’s own', () => {
    expect(names(drawKubernetes('controllers', { containers: 'application' }), 'daemonset')).toEqual([]);
    expect(names(drawKubernetes('controllers', { containers: 'system' }), 'statefulset')).toEqual([]);
  });

  it('other hosts, by the name of the host or of the Node', () => {
    expect(names(drawKubernetes('nodes', { hosts: ['north-1'] }), 'node')).toContain('node-1');
    const onTwo = drawKubernetes('pods', { hosts: ['node-2'], unconnected: true });
    expect(names(onTwo, 'pod')).toContain('broken-6c4f7d8b5-kl2mn');
    expect(names(onTwo, 'pod')).not.toContain('worker');
  });
});

describe('without kube-state-metrics', () => {
  const bare = (view: ViewId) =>
    kubernetesAnswers(VIEWS[view], (row, query) => (/^kube(?!rnetes)/.test(query) ? undefined : row));

  it('pods are shown by what their containers say, and what is missing is said', () => {
    const { nodes, edges, notices } = drawKubernetes('pods', {}, bare('pods'));
    expect(notices.map(({ message }) => message)).toEqual([
      'No series of kube-state-metrics (kube_pod_info and others) at this time.',
    ]);
    const web = nodes.find(({ id }) => id === 'pod:north/shop/web-7d9c5b6f4-abcde');
    expect(web?.health).toBe('ok');
    expect(edges.map(({ id }) => id)).toContain('pod:north/shop/web-7d9c5b6f4-abcde>pod:north/shop/db-0');
  });

  it.each(KUBERNETES_VIEW_IDS)('the view of %s is drawn all the same', (view) => {
    expect(drawKubernetes(view, {}, bare(view)).notices.length).toBe(1);
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
      expect(plain(drawKubernetes(view, { stopped: true }, shuffled))).toEqual(
        plain(drawKubernetes(view, { stopped: true })),
      );
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
      const { nodes, edges } = drawKubernetes(view, { stopped: true }, damaged);
      const ids = nodes.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].sort());
      const known = new Set(ids);
      expect(edges.filter(({ source, target }) => !known.has(source) || !known.has(target))).toEqual([]);
    }
  });
});

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

import { describe, expect, it } from 'vitest';
import { vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import type { Topology } from '../graph/topology';
import { buildTopology } from './build';
import { VIEWS } from './register';
import type { ViewOptions } from './view';

const CONTAINERS = [
  { id: 'a1', name: 'shop-web', image: 'shop/web:1', namespace: 'shop', state: 'running', role: '' },
  { id: 'a2', name: 'shop-db', image: 'postgres:16', namespace: 'shop', state: 'running', role: '' },
  { id: 'a3', name: 'blog', image: 'blog:1', namespace: 'blog', state: 'running', role: '' },
  { id: 'a4', name: 'dns', image: 'coredns:1', namespace: 'kube-system', state: 'running', role: '' },
  {
    id: 'a5',
    name: 'POD',
    image: 'registry.k8s.io/pause:3.9',
    namespace: 'shop',
    state: 'running',
    role: '',
  },
  { id: 'a6', name: 'backup', image: 'backup:2', namespace: '', state: 'running', role: 'system' },
  { id: 'a7', name: 'old', image: 'blog:0', namespace: 'blog', state: 'exited', role: '' },
];
const EDGES = [
  ['a1', 'a2'],
  ['a1', 'a3'],
  ['a3', 'a4'],
];

describe('what a picture leaves out', () => {
  it.each<[string, Partial<ViewOptions>, string]>([
    ['nothing that runs', {}, 'POD backup blog dns shop-db shop-web'],
    ['what does not run only when asked', { stopped: true }, 'POD backup blog dns old shop-db shop-web'],
    ['what runs', { stopped: true, running: false }, 'old'],
    ['the platform’s containers', { containers: 'application' }, 'blog shop-db shop-web'],
    ['the user’s own containers', { containers: 'system' }, 'POD backup dns'],
    [
      'what the user’s list adds to the platform',
      { containers: 'application', systemContainers: ['shop-d*', ' '] },
      'blog shop-web',
    ],
    ['other namespaces, but whom they talk to', { namespaces: ['shop'] }, 'POD blog shop-db shop-web'],
    ['all but several namespaces', { namespaces: ['kube-system', 'blog'] }, 'blog dns shop-web'],
    ['what has no connection', { unconnected: false }, 'blog dns shop-db shop-web'],
  ])('leaves out %s', (_, options, expected) => {
    expect(labels(draw(options))).toBe(expected);
  });

  it.each([
    'registry.k8s.io/pause:3.9',
    'rancher/mirrored-pause:3.6',
    'localhost/podman-pause:4.3.1-0',
    'toposcope/exporter',
  ])('takes %s for the platform’s own', (image) => {
    const it = { id: 'b1', name: 'it', image, namespace: '', state: 'running', role: '' };
    const answers = { ...vectors('namespace', [it]), edgeOpen: vectorOfRows([]) };
    expect(labels(draw({ containers: 'system' }, answers))).toBe('it');
    expect(labels(draw({ containers: 'application' }, answers))).toBe('');
  });

  it('draws no edge to what it leaves out', () => {
    const { edges } = draw({ namespaces: ['shop'], containers: 'application' });
    expect(edges.map(({ id }) => id)).toEqual([
      'container:h/a1>container:h/a2',
      'container:h/a1>container:h/a3',
    ]);
  });

  it('asks for namespaces also under the name that Prometheus gives them beside a target’s own', () => {
    const answers = { ...vectors('exported_namespace') };
    expect(labels(draw({ namespaces: ['blog'] }, answers))).toBe('blog dns shop-web');
  });
});

function draw(options: Partial<ViewOptions>, answers = vectors('namespace')): Topology {
  const all = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [], ...options };
  return complete(buildTopology(VIEWS.containers, answers, all, { at: 0, notices: [] }));
}

function labels({ nodes }: Topology): string {
  return nodes
    .map(({ label }) => label)
    .sort()
    .join(' ');
}

function vectors(namespaceLabel: string, containers: typeof CONTAINERS = CONTAINERS) {
  const rows = (labelsOf: (container: (typeof CONTAINERS)[number]) => Record<string, string>) =>
    vectorOfRows(
      containers.map((container) => ({
        labels: { host: 'h', container_id: container.id, ...labelsOf(container) },
        value: 1,
      })),
    );
  return {
    containerInfo: rows(({ name, image }) => ({ name, image })),
    containerState: rows(({ state }) => ({ state })),
    containerWorkload: rows(({ namespace }) => ({ orchestrator: 'compose', [namespaceLabel]: namespace })),
    containerLabels: rows(({ role }) => ({ label_toposcope_role: role })),
    edgeOpen: vectorOfRows(
      EDGES.map(([container_id = '', peer_container_id = '']) => ({
        labels: { host: 'h', container_id, role: 'client', protocol: 'tcp', port: '80', peer_container_id },
        value: 1,
      })),
    ),
  };
}

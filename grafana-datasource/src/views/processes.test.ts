import { describe, expect, it } from 'vitest';
import { type Row, vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import type { TopologyNode } from '../graph/topology';
import { buildTopology } from './build';
import { processesView } from './processes';

const OPTIONS = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };

describe('a process', () => {
  it.each([
    ['that gave itself no name', '', 'pid 7'],
    ['that gave itself a name of spaces', '   ', 'pid 7'],
    ['with a name', 'nginx', 'nginx'],
  ])('%s is called so that one can read it', (_case, name, label) => {
    expect(draw([processRow('7', name)]).map((node) => node.label)).toEqual([label]);
  });

  it('that nobody saw alive is short-lived, and says where it ran', () => {
    const edge: Row = {
      labels: {
        host: 'web-1',
        container_id: 'c1',
        process: '',
        role: 'client',
        protocol: 'tcp',
        port: '80',
        peer_ip: '10.9.9.9',
      },
      value: 1,
    };
    const [client] = draw([], [edge]).filter(({ kind }) => kind === 'process');
    expect([client?.label, client?.sublabel]).toEqual(['short-lived', 'shop']);
    expect(client?.facts.find(({ key }) => key === 'note')?.values[0]).toContain('had ended before');
  });

  it('that gave itself no name is not taken for those whose connections nobody could see', () => {
    const edge: Row = {
      labels: { host: 'web-1', container_id: '', process: '', role: 'client', protocol: 'udp', port: '53' },
      value: 1,
    };
    const peer: Row = { ...edge, labels: { ...edge.labels, peer_ip: '10.9.9.9' } };
    const nodes = draw([processRow('7', ''), processRow('8', '')], [peer]).filter(
      ({ kind }) => kind === 'process',
    );
    expect(nodes.map(({ label, count }) => [label, count])).toEqual([
      ['short-lived', 1],
      ['without a name', 2],
    ]);
  });

  it('of a name that sleeps in many containers is folded, and each of them can be gone to', () => {
    const containers = ['c1', 'c2', 'c3', 'c4'];
    const [node, ...others] = draw(containers.map((id, index) => processRow(String(index), 'sleep', id)));
    expect(others).toEqual([]);
    expect(node).toMatchObject({ label: 'sleep', sublabel: '4 containers', count: 4 });
    expect(node?.relatives.filter(({ view }) => view === 'containers')).toHaveLength(4);
    expect(node?.metrics[0]?.expr).toBe(
      'sum(rate(toposcope_process_cpu_seconds_total{host="web-1",pid=~"0|1|2|3"}[$__rate_interval]))',
    );
  });
});

function draw(processes: readonly Row[], edges: readonly Row[] = []): readonly TopologyNode[] {
  const containerInfo = vectorOfRows([
    { labels: { host: 'web-1', container_id: 'c1', name: 'shop', image: 'shop' }, value: 1 },
  ]);
  const answers = { containerInfo, processInfo: vectorOfRows(processes), edgeOpen: vectorOfRows(edges) };
  return complete(buildTopology(processesView, answers, OPTIONS, { at: 0, notices: [] })).nodes;
}

function processRow(pid: string, name: string, container = ''): Row {
  const labels = { host: 'web-1', container_id: container, pid, ppid: '1', name, user: 'root', state: 'S' };
  return { labels, value: 1 };
}

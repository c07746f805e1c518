import { describe, expect, it } from 'vitest';
import { Cluster, containerId, hostAddress, hostName } from '../fixtures/cluster';
import { type Row, vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import type { Topology, ViewId } from '../graph/topology';
import type { OverlaySpec } from '../query';
import { buildTopology } from './build';
import { ALERTS_ANSWER, overlayAnswer } from './own-queries';
import { VIEWS } from './register';

const CLUSTER = new Cluster({ hosts: 2, containersAHost: 10, edgesAContainer: 3 });
const [HOST, OTHER] = [hostName(0), hostName(1)];
const ID = containerId(0, 2);
type Labels = Record<string, string>;

describe('an overlay', () => {
  it.each<[string, ViewId, Labels, string[]]>([
    ['host and container_id', 'containers', { host: HOST, container_id: ID }, [`container:${HOST}/${ID}`]],
    [
      'cAdvisor’s id',
      'containers',
      { id: `/system.slice/docker-${ID}${'0'.repeat(52)}.scope` },
      [`container:${HOST}/${ID}`],
    ],
    [
      'a name that two hosts use',
      'containers',
      { container: 'cart-2' },
      [`container:${HOST}/${ID}`, `container:${OTHER}/${containerId(1, 2)}`],
    ],
    [
      'a name on one host',
      'containers',
      { container: 'cart-2', node: OTHER },
      [`container:${OTHER}/${containerId(1, 2)}`],
    ],
    [
      'the address of a published port',
      'containers',
      { instance: `${hostAddress(0)}:20002` },
      [`container:${HOST}/${ID}`],
    ],
    ['a Compose service', 'workloads', { service: 'db' }, ['workload:compose/shop/service/db']],
    [
      'a service and the wrong project',
      'workloads',
      { service: 'db', namespace: 'blog' },
      ['workload:compose/shop/service/db'],
    ],
    [
      'its own service beside that of the target which was scraped',
      'workloads',
      { exported_service: 'db', service: 'cart', namespace: 'monitoring' },
      ['workload:compose/shop/service/db'],
    ],
    ['an image', 'images', { image: 'redis:7' }, ['image:redis:7']],
    ['a container, where nodes are hosts', 'hosts', { host: HOST, container_id: ID }, [`host:${HOST}`]],
    ['an exporter’s address', 'hosts', { instance: `${hostAddress(1)}:9100` }, [`host:${OTHER}`]],
    ['a process name', 'process-names', { groupname: 'java' }, ['process-name:java']],
    ['a host, where nodes are containers', 'containers', { host: HOST }, []],
    ['a container that is gone', 'hosts', { host: HOST, container_id: 'dead00000000' }, []],
    ['nothing', 'containers', {}, []],
    ['nobody', 'containers', { host: 'nobody', instance: '::::', container: '' }, []],
    ['loopback', 'hosts', { instance: 'localhost:9090' }, []],
  ])('joins series that name %s with nodes of %s', (_, view, labels, expected) => {
    const { nodes } = draw(view, [{ labels, value: 5 }]);
    const found = nodes.filter(({ overlays }) => overlays !== undefined);
    expect(found.map(({ id }) => id)).toEqual(expected);
    expect(found.every(({ overlays }) => overlays?.[0]?.value === 5)).toBe(true);
  });

  it.each<[string, Partial<OverlaySpec>, number, number]>([
    ['adds up', {}, 30, 30],
    ['takes the greatest of shares, of a whole', { unit: 'percentunit' }, 20, 20],
    ['takes the mean when asked to', { combine: 'mean', max: 100 }, 15, 100],
    ['takes the least when asked to', { combine: 'min' }, 10, 10],
  ])('%s what several series say of one node', (_, spec, value, max) => {
    const rows = [0, 1].map((host) => ({
      labels: { host: hostName(host), container_id: containerId(host, 4) },
      value: 10 * (host + 1),
    }));
    const { nodes, overlays } = draw('images', rows, spec);
    expect(nodes.find(({ id }) => id === 'image:redis:7')?.overlays).toEqual([{ key: 'overlay-0', value }]);
    expect(overlays?.[0]).toMatchObject({ key: 'overlay-0', label: 'Orders', max });
  });

  it('looks only at the labels that it is told to', () => {
    const labels = { team: 'x', image: 'redis:7', container: 'lb-0' };
    const { nodes } = draw('images', [{ labels, value: 1 }], { on: ['image'] });
    expect(nodes.filter(({ overlays }) => overlays).map(({ id }) => id)).toEqual(['image:redis:7']);
  });

  it('gives edges a width where series name both ends', () => {
    const whole = draw('workloads', []);
    const wanted = whole.edges.find(
      ({ source, target }) => source.startsWith('workload') && target.startsWith('workload'),
    );
    const name = (id = '') => id.slice(id.lastIndexOf('/') + 1);
    const labels = { client: name(wanted?.source), server: name(wanted?.target) };
    const { edges } = draw('workloads', [{ labels, value: 7 }], { show: 'width' });
    expect(edges.filter(({ overlays }) => overlays).map(({ id }) => id)).toEqual([wanted?.id]);
  });

  it('changes nothing and says so when it fits nothing', () => {
    const { nodes, notices } = draw('containers', [{ labels: { le: '0.5', code: '200' }, value: NaN }]);
    expect(nodes.length).toBe(draw('containers', []).nodes.length);
    expect(notices.map(({ message }) => message)).toEqual([
      'The overlay “Orders” fits nothing in this picture: its series carry only code, le.',
    ]);
  });
});

describe('alerts that fire', () => {
  it('are on the nodes that they name, the worst first, and the rest is kept apart', () => {
    const topology = draw('containers', [], {}, [
      { alertname: 'Slow', severity: 'info', container_id: ID },
      { alertname: 'Down', severity: 'page', container_id: ID, host: HOST },
      { alertname: 'DiskFull', host: HOST },
      { alertname: 'Watchdog' },
    ]);
    expect(topology.nodes.flatMap(({ alerts = [] }) => alerts.map(({ name }) => name))).toEqual([
      'Down',
      'Slow',
    ]);
    expect(topology.nodes.find(({ alerts }) => alerts)?.alerts?.[0]).toEqual({
      name: 'Down',
      severity: 'critical',
      labels: { container_id: ID, host: HOST },
    });
    expect(topology.otherAlerts?.map(({ name, severity }) => [name, severity])).toEqual([
      ['DiskFull', 'warning'],
      ['Watchdog', 'warning'],
    ]);
  });
});

function draw(view: ViewId, rows: Row[], spec: Partial<OverlaySpec> = {}, alerts: Labels[] = []): Topology {
  const overlays: OverlaySpec[] = [{ name: 'Orders', expr: 'orders', show: 'fill', ...spec }];
  const options = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [], overlays };
  const own = new Map([
    ...(rows.length === 0 ? [] : [[overlayAnswer(0), vectorOfRows(rows)] as const]),
    [ALERTS_ANSWER, vectorOfRows(alerts.map((labels) => ({ labels, value: 1 })))] as const,
  ]);
  return complete(
    buildTopology(VIEWS[view], CLUSTER.answers(VIEWS[view]), options, { at: 0, notices: [], own }),
  );
}

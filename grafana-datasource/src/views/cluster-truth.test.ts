import { describe, expect, it } from 'vitest';
import { Cluster, containerId, type Flow, hostName, type Party, tierOf } from '../fixtures/cluster';
import { complete } from '../graph/steps';
import type { Topology, ViewId } from '../graph/topology';
import { buildTopology } from './build';
import { VIEWS } from './register';

const CLUSTER = new Cluster({ hosts: 6, containersAHost: 12, edgesAContainer: 4 });
const OPTIONS = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };

interface Expected {
  requestBytes: number;
  responseBytes: number;
  open: number;
}

/**
 * The flows of the made-up cluster are known; its exporters publish them as two exporters would, one at each end. The
 * picture must show each flow once, between the right nodes, with its own traffic.
 */
describe('the picture of a cluster', () => {
  it.each<[ViewId, (party: Party, flow: Flow) => string | undefined]>([
    ['hosts', (party) => ('host' in party ? `host:${hostName(party.host)}` : outsideId(party))],
    [
      'containers',
      (party) =>
        party.kind === 'container'
          ? `container:${hostName(party.host)}/${containerId(party.host, party.index)}`
          : hostOrOutside(party),
    ],
    [
      'images',
      (party) => (party.kind === 'container' ? `image:${tierOf(party.index).image}` : hostOrOutside(party)),
    ],
    [
      'workloads',
      (party) =>
        party.kind === 'container'
          ? `workload:compose/shop/service/${tierOf(party.index).name}`
          : hostOrOutside(party),
    ],
    [
      'process-names',
      (party) =>
        party.kind === 'container'
          ? `process-name:${tierOf(party.index).process}`
          : party.kind === 'process'
            ? `process-name:${party.name}`
            : outsideId(party),
    ],
  ])('shows every flow of the %s view once, with its traffic', (view, nodeOf) => {
    const expected = new Map<string, Expected>();
    for (const flow of CLUSTER.flows) {
      const [source, target] = [nodeOf(flow.client, flow), nodeOf(flow.server, flow)];
      if (source === target && (view === 'hosts' || view === 'containers')) {
        continue;
      }
      const id = `${source ?? ''}>${target ?? ''}`;
      const sum = expected.get(id) ?? { requestBytes: 0, responseBytes: 0, open: 0 };
      sum.requestBytes += flow.requestBytes;
      sum.responseBytes += flow.responseBytes;
      sum.open += flow.open;
      expected.set(id, sum);
    }
    expect(edgesOf(draw(view))).toEqual(new Map([...expected].sort()));
  });

  it('shows in the view of processes the pid where a name has only one', () => {
    const { nodes } = draw('processes');
    const process = nodes.find(({ id }) => id === `process:${hostName(0)}/1001`);
    expect(process).toMatchObject({ label: 'node', sublabel: 'app-1 · pid 1001', kind: 'process' });
  });

  it('shows only the chosen host’s containers and whom they talk to', () => {
    const chosen = hostName(2);
    const whole = draw('containers');
    const part = complete(
      buildTopology(
        VIEWS.containers,
        CLUSTER.answers(VIEWS.containers, [chosen]),
        {
          ...OPTIONS,
          hosts: [chosen],
        },
        { at: 0, notices: [] },
      ),
    );
    const own = new Set(whole.nodes.filter(({ group }) => group === chosen).map(({ id }) => id));
    const outbound = whole.edges.filter(({ source }) => own.has(source));
    expect(part.edges.filter(({ source }) => own.has(source)).map(({ id }) => id)).toEqual(
      outbound.map(({ id }) => id),
    );
    // Who dials in from another host is behind that host's address, so inbound edges come from the host as a whole.
    const inbound = part.edges.filter(({ source }) => !own.has(source));
    expect(inbound.every(({ target }) => own.has(target))).toBe(true);
    const bytes = (topology: Topology) =>
      topology.edges
        .filter(({ source, target }) => !own.has(source) && own.has(target))
        .reduce((sum, { traffic }) => sum + (traffic.requestBytes ?? 0), 0);
    expect(bytes(part)).toBe(bytes(whole));
  });

  it('leaves out what stands for the outside when asked to', () => {
    const { nodes, edges } = draw('containers', { outside: false });
    expect(new Set(nodes.map(({ kind }) => kind))).toEqual(new Set(['container']));
    expect(edges.length).toBeGreaterThan(0);
  });
});

function draw(view: ViewId, options = {}): Topology {
  return complete(
    buildTopology(
      VIEWS[view],
      CLUSTER.answers(VIEWS[view]),
      { ...OPTIONS, ...options },
      { at: 0, notices: [] },
    ),
  );
}

function edgesOf({ edges }: Topology): Map<string, Expected> {
  return new Map(
    edges.map(({ id, traffic }) => [
      id,
      {
        requestBytes: traffic.requestBytes ?? NaN,
        responseBytes: traffic.responseBytes ?? NaN,
        open: traffic.open,
      },
    ]),
  );
}

function hostOrOutside(party: Party): string | undefined {
  return party.kind === 'process' ? `uncontained:${hostName(party.host)}` : outsideId(party);
}

function outsideId(party: Party): string | undefined {
  switch (party.kind) {
    case 'internet':
      return 'internet:inbound';
    case 'external':
      return `external:${party.name}`;
    case 'unmanaged':
      return `unmanaged:/${party.ip}`;
    case 'container':
    case 'process':
      return undefined;
  }
}

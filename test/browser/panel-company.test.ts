import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CUSTOM_VIEW_IDS, VIEW_IDS, type Topology } from '../../grafana-datasource/src/graph/topology.js';
import { seededRandom } from '../../grafana-panel/src/layout/random-graph.fixture.js';
import { CompanyTopologies } from '../company/topologies.js';
import { usePanelPage } from '../engines/panel-page.js';

const ARTEFACTS = path.resolve(import.meta.dirname, '../../artefacts');
const SIZE = { width: 1600, height: 900 } as const;
/** Views that the company has: what Kubernetes runs it has not. */
const VIEWS = [...VIEW_IDS, ...CUSTOM_VIEW_IDS] as const;

/** A cluster of 100 hosts with 2,000 containers. Its pictures are kept, to be looked at. */
describe('the panel on a company of a hundred hosts', () => {
  const company = new CompanyTopologies();
  const panel = usePanelPage(SIZE);

  beforeAll(() => {
    mkdirSync(ARTEFACTS, { recursive: true });
  });

  const keep = (name: string) => panel.page.screenshot({ path: path.join(ARTEFACTS, `company-${name}.png`) });

  async function draw(
    topology: Topology,
    parameters = '',
    known: Readonly<Record<string, Topology>> = {},
  ): Promise<void> {
    await panel.open(`?tabs=1${parameters}`);
    await panel.page.evaluate(`panelHarness.setSize(${SIZE.width}, ${SIZE.height})`);
    await panel.page.evaluate(`panelHarness.know(${JSON.stringify(known)})`);
    await panel.show(topology);
    const picture = panel.page.getByRole('option').or(panel.page.getByRole('table'));
    await picture.or(panel.page.getByTestId('toposcope-resources')).first().waitFor();
    await expect.poll(() => panel.page.getByText(/^Laying out/).count(), { timeout: 60_000 }).toBe(0);
  }

  it.each(VIEWS.filter((view) => company.of(view).nodes.length > 0))(
    'draws the view %s in a moment, in which every node has a place of its own',
    async (view) => {
      const topology = company.of(view);
      await draw(topology);
      const places = Object.values(await panel.places());
      expect(new Set(places).size).toBe(topology.nodes.length);
      await keep(view);
    },
  );

  it.each([
    { name: 'light', view: 'workloads', parameters: '&theme=light' },
    { name: 'fill', view: 'hosts', parameters: '&topo1-fill=cpu' },
    { name: 'fill', view: 'containers', parameters: '&topo1-fill=memory' },
    { name: 'search', view: 'workloads', parameters: '&topo1-q=orders' },
    { name: 'search', view: 'containers', parameters: '&topo1-q=health:critical' },
    { name: 'table', view: 'workloads', parameters: '&topo1-mode=table' },
    {
      name: 'focus',
      view: 'workloads',
      parameters: `&topo1-focus=${encodeURIComponent('1~workload:swarm/checkout/service/checkout_orders')}`,
    },
  ] as const)('draws the view $view with $name', async ({ name, view, parameters }) => {
    await draw(company.of(view), parameters);
    await keep(`${view}-${name}`);
  });

  it.each(['workloads', 'containers'] as const)('draws what an hour changed of the view %s', async (view) => {
    await draw(company.compared(view));
    await keep(`${view}-compared`);
  });

  it('draws hosts as boxes of what uses them', async () => {
    const hosts = ['app-01', 'app-02', 'app-66', 'data-03', 'data-07', 'edge-01', 'ops-02'];
    const known = Object.fromEntries(
      (['hosts', 'containers', 'processes'] as const).map((view) => [view, only(company.of(view), hosts)]),
    );
    await draw(only(company.of('hosts'), hosts), '&topo1-mode=resources', known);
    await panel.page.getByRole('button', { name: /^app-66\b/ }).waitFor();
    await expect.poll(() => panel.page.getByRole('button').count(), { timeout: 60_000 }).toBeGreaterThan(100);
    await keep('resources');
    await panel.page.getByRole('radio', { name: 'Memory' }).click({ force: true });
    await panel.page.getByRole('radio', { name: 'Of what is used' }).click({ force: true });
    await panel.page.getByRole('button', { name: /^app-66 .* GiB/ }).waitFor();
    await keep('resources-memory');
  });

  it('moves no node in 50 refreshes that replace 5 % each, and is the same after a reload', async () => {
    const random = seededRandom(3);
    let topology = company.of('workloads');
    await draw(topology);
    let before = await panel.places();
    for (let refresh = 0; refresh < 50; refresh++) {
      topology = churned(topology, refresh, random);
      await panel.show(topology);
      const ids = topology.nodes.map(({ id }) => id);
      let now = before;
      await expect
        .poll(async () => {
          now = await panel.places();
          return ids.filter((id) => !(id in now)).length;
        })
        .toBe(0);
      const moved = ids.filter((id) => id in before && now[id] !== before[id]);
      expect(moved).toEqual([]);
      before = now;
    }
    await draw(topology);
    const after = await panel.places();
    expect(topology.nodes.filter(({ id }) => after[id] !== before[id])).toEqual([]);
  });
});

/** Twentieths of the nodes go, and as many others come in their place with their edges. */
function churned(topology: Topology, refresh: number, random: () => number): Topology {
  const successors = new Map(
    topology.nodes.filter(() => random() < 0.05).map(({ id }, index) => [id, `new-${refresh}-${index}`]),
  );
  const idOf = (id: string) => successors.get(id) ?? id;
  return {
    ...topology,
    nodes: topology.nodes.map((node) => ({ ...node, id: idOf(node.id) })),
    edges: topology.edges.map((edge) => {
      const [source, target] = [idOf(edge.source), idOf(edge.target)];
      return { ...edge, id: `${source}>${target}`, source, target };
    }),
  };
}

/** What of the picture is on these hosts. */
function only({ nodes, ...topology }: Topology, hosts: readonly string[]): Topology {
  return { ...topology, nodes: nodes.filter(({ group }) => hosts.includes(group)), edges: [] };
}

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bounded } from '../../grafana-datasource/src/graph/bound.js';
import { complete } from '../../grafana-datasource/src/graph/steps.js';
import { withRemedy } from '../../grafana-datasource/src/prometheus/remedy.js';
import type { TopologySpec } from '../../grafana-datasource/src/query.js';
import { edgeOf, nodeOf, topologyOf } from '../../grafana-panel/src/scene/topology.fixture.js';
import { usePanelPage } from '../engines/panel-page.js';

const ARTEFACTS = path.resolve(import.meta.dirname, '../../artefacts');
const HOUR = 3_600_000;
const CPU = { key: 'cpu', label: 'CPU', unit: 'percentunit', value: 0.4, limit: 1, expr: 'cpu_expr' };
const CHANGED = {
  ...topologyOf(
    [
      nodeOf('app', { metrics: [CPU] }),
      nodeOf('database', { health: 'critical' }),
      nodeOf('mailer', { change: { kind: 'added', differences: [] } }),
      nodeOf('newsletter', { change: { kind: 'removed', differences: [] } }),
    ],
    [edgeOf('app', 'database', { failed: 1 }), edgeOf('app', 'mailer')],
  ),
  at: Date.now(),
  comparedWith: Date.now() - HOUR,
  scales: [{ key: 'cpu', label: 'CPU', unit: 'percentunit', max: 1 }],
};
/** What is left of a picture of 900 nodes where 300 are too many. */
const CUT = complete(
  bounded(
    topologyOf(
      Array.from({ length: 900 }, (_, index) => nodeOf(`replica-${index}`, { group: `shop-${index % 9}` })),
      Array.from({ length: 899 }, (_, index) => edgeOf(`replica-${index}`, `replica-${(index * 7) % 900}`)),
    ),
    { nodes: 300, edges: 260 },
  ),
);
const MENUS = [
  'Namespaces',
  'What is shown',
  'Export what is shown',
  'Moment and comparison',
  'Legend',
  'Fill nodes by',
] as const;

describe("the panel's menus", () => {
  const panel = usePanelPage({ width: 1300, height: 700 });

  beforeAll(() => {
    mkdirSync(ARTEFACTS, { recursive: true });
  });

  async function open(parameters = ''): Promise<void> {
    await panel.open(parameters);
    await panel.page.evaluate('panelHarness.setSize(1280, 680)');
    await panel.show(CHANGED);
    await panel.page.getByRole('button', { name: 'Namespaces' }).waitFor();
  }

  const menu = (name: string) => panel.page.getByRole('button', { name: new RegExp(`^${name}`) });
  const parameters = (name: string) => new URL(panel.page.url()).searchParams.getAll(`topo1-${name}`);
  const lastQuestion = () => panel.page.evaluate<TopologySpec>('panelHarness.questions.at(-1)');

  it('chooses several namespaces, asks for them, and keeps them in the address', async () => {
    await open();
    await menu('Namespaces').click();
    await panel.page.getByText('shop', { exact: true }).click();
    await panel.page.getByText('mail', { exact: true }).click();
    await expect.poll(lastQuestion).toMatchObject({ namespaces: ['shop', 'mail'] });
    await expect.poll(() => parameters('filter')).toEqual(['ns:shop', 'ns:mail']);
    await open(new URL(panel.page.url()).search);
    expect(await menu('Namespaces').innerText()).toContain('shop +1');
  });

  it('compares any two moments of the time range', async () => {
    await open();
    await menu('Moment and comparison').click();
    await panel.page.getByRole('button', { name: 'with another moment of the time range' }).click();
    const slider = panel.page.getByRole('slider', { name: /^Compared with/ });
    await slider.focus();
    await slider.press('Home');
    const from = Number(await slider.getAttribute('min'));
    await expect.poll(() => parameters('cmp')).toEqual([String(from)]);
    await expect.poll(lastQuestion).toMatchObject({ compareWith: String(from) });
  });

  it('tells in the legend what this picture has, and nothing else', async () => {
    await open();
    await menu('Legend').click();
    const text = await panel.page.getByRole('group', { name: 'Legend' }).innerText();
    for (const part of ['Container', 'Critical', 'New since', 'Gone since', 'Connections fail']) {
      expect(text).toContain(part);
    }
    for (const part of ['Image', 'Warning', 'Stopped', 'Alerts']) {
      expect(text).not.toContain(part);
    }
    await panel.page.screenshot({ path: path.join(ARTEFACTS, 'panel-legend.png') });
    await panel.page.keyboard.press('Escape');
    expect(await menu('Legend').evaluate((button) => button === document.activeElement)).toBe(true);
  });

  it.each(['dark', 'light'])('have nothing serious that axe-core finds, in the %s theme', async (theme) => {
    await open(`?theme=${theme}`);
    for (const name of MENUS) {
      await menu(name).click();
      await panel.page.getByRole('group', { name: name }).waitFor();
      expect(await panel.seriousFindings()).toEqual([]);
      await panel.page.keyboard.press('Escape');
    }
    await menu('What the picture means').click();
    await panel.page.getByTestId('toposcope-card').waitFor();
    expect(await panel.seriousFindings()).toEqual([]);
    await panel.page.getByRole('radio', { name: 'Resources' }).click({ force: true });
    await panel.page.getByTestId('toposcope-resources').waitFor();
    expect(await panel.seriousFindings()).toEqual([]);
  });

  it.each([
    {
      name: 'nothing',
      step: `panelHarness.show(${JSON.stringify(topologyOf([], []))})`,
      says: 'at this time',
    },
    { name: 'no-answer', step: 'panelHarness.fail("connection refused")', says: 'connection refused' },
    { name: 'loading', step: 'panelHarness.load()', says: 'Asking Prometheus' },
    {
      name: 'half',
      step: `panelHarness.show(${JSON.stringify({
        ...CHANGED,
        notices: [
          {
            severity: 'error',
            message: 'Prometheus could not answer about toposcope_connections_open: query timed out',
            action: 'What this family tells is missing here.',
          },
        ],
      })})`,
      says: 'could not answer about toposcope_connections_open',
    },
    {
      name: 'too-much',
      step: `panelHarness.show(${JSON.stringify(CUT)})`,
      says: /only the busiest are shown.*Choose hosts or namespaces/,
    },
    {
      name: 'limit',
      step: `panelHarness.fail(${JSON.stringify(
        withRemedy('query processing would load too many samples into memory in query execution'),
      )})`,
      says: /too many samples.*Choose hosts, a shorter time range or a view of less detail/,
    },
  ])('tells the state $name in words, and what to do', async ({ name, step, says }) => {
    await panel.open();
    await panel.page.evaluate('panelHarness.setSize(1280, 680)');
    await panel.page.evaluate(step);
    await panel.page.getByText(says).first().waitFor();
    await panel.page.screenshot({ path: path.join(ARTEFACTS, `panel-state-${name}.png`) });
  });
});

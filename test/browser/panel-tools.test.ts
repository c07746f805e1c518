import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { edgeOf, nodeOf, topologyOf } from '../../grafana-panel/src/scene/topology.fixture.js';
import { usePanelPage } from '../engines/panel-page.js';

const metric = (key: string, value: number, limit: number) => ({
  ...{ key, label: key === 'cpu' ? 'CPU' : 'Memory', unit: 'short', value, limit, expr: `${key}_expr` },
});
const SHOP = {
  ...topologyOf(
    [
      nodeOf('app', { metrics: [metric('cpu', 0.9, 1)], sublabel: 'shop/app:3' }),
      nodeOf('cache', {
        metrics: [metric('cpu', 0.1, 1)],
        alerts: [{ name: 'CacheDown', severity: 'critical', labels: { job: 'cache' } }],
      }),
      nodeOf('database', { health: 'critical', metrics: [metric('cpu', 0.5, 1)] }),
      nodeOf('web', { metrics: [metric('cpu', 0.2, 1)], sublabel: 'example.com/shop/web:4.1.0' }),
    ],
    [edgeOf('app', 'cache'), edgeOf('app', 'database', { failed: 1 }), edgeOf('web', 'app')],
  ),
  at: 1_800_000_000_000,
  scales: [{ key: 'cpu', label: 'CPU', unit: 'short', max: 1 }],
  prometheus: { uid: 'prom', type: 'prometheus' },
};

describe("the panel's tools", () => {
  const panel = usePanelPage({ width: 1300, height: 700 });
  let page: Page;
  beforeEach(async () => {
    ({ page } = panel);
    await open();
  });

  async function open(parameters = ''): Promise<void> {
    await panel.open(parameters);
    await page.evaluate(`panelHarness.setSize(1280, 680); panelHarness.show(${JSON.stringify(SHOP)})`);
    await page.getByRole('toolbar').or(page.getByTestId('toposcope-table')).first().waitFor();
  }

  const field = () => page.getByRole('textbox', { name: 'Search nodes' });
  const found = () => page.getByRole('search').getByRole('status').innerText();
  const nodes = () => page.getByRole('option').count();
  const parameter = (name: string) => new URL(page.url()).searchParams.get(`topo1-${name}`);

  it('searches, says what is wrong at its place, and keeps the last good result', async () => {
    await field().fill('cpu > 40%');
    await expect.poll(found).toBe('2');
    await field().fill('cpu > 40% and (');
    expect(await page.getByRole('alert').innerText()).toContain('Something to look for is missing here.');
    expect(await found()).toBe('2');
  });

  it('filters by a pinned search, and shows a node with its peers alone', async () => {
    await field().fill('-health:critical');
    await field().press('Enter');
    await expect.poll(nodes).toBe(3);
    await page.getByRole('button', { name: 'Unpin -health:critical' }).click();
    await expect.poll(nodes).toBe(4);
    await page.getByRole('radio', { name: 'Table' }).click({ force: true });
    await page.getByRole('button', { name: 'database' }).click();
    await page.getByRole('button', { name: 'Only this and its peers' }).click();
    await expect.poll(() => page.getByTestId('toposcope-table').getByRole('row').count()).toBe(3);
    await page.getByRole('button', { name: 'One hop more' }).click();
    await expect.poll(() => page.getByTestId('toposcope-table').getByRole('row').count()).toBe(5);
  });

  it('is the same after a reload: search, filter, card, mode, sorting and camera', async () => {
    await page.mouse.move(400, 500);
    await page.mouse.wheel(0, -200);
    await expect.poll(() => parameter('cam')).not.toBeNull();
    const camera = parameter('cam');
    await field().fill('app or web');
    await page.getByRole('radio', { name: 'Table' }).click({ force: true });
    // Away from the switch, whose tip would lie on the columns' names.
    await page.mouse.move(400, 600);
    await page.getByRole('button', { name: 'CPU' }).click();
    await page.getByTestId('toposcope-table').getByRole('button', { name: 'web' }).click();
    await expect.poll(() => parameter('card')).toBe('web');
    await open(new URL(page.url()).search);
    const rows = page.getByTestId('toposcope-table').locator('tbody').getByRole('rowheader');
    expect(await rows.allInnerTexts()).toEqual(['app', 'web']);
    expect(await page.getByRole('columnheader', { name: 'CPU' }).getAttribute('aria-sort')).toBe(
      'descending',
    );
    expect(await page.getByTestId('toposcope-card').getByRole('heading', { level: 3 }).innerText()).toBe(
      'web',
    );
    expect(await field().inputValue()).toBe('app or web');
    expect(parameter('cam')).toBe(camera);
  });

  it('keeps an open card after its node left, and links it to its dashboard and to Explore', async () => {
    await open('?topo1-card=cache');
    const card = page.getByTestId('toposcope-card');
    await expect.poll(() => card.innerText()).toContain('CacheDown, critical');
    const dashboard = await card.getByRole('link', { name: 'Dashboard' }).getAttribute('href');
    expect(dashboard).toContain('/d/toposcope-container?');
    expect(dashboard).toContain('var-container=cache');
    const explore = (await card.getByRole('link', { name: 'CPU' }).getAttribute('href')) ?? '';
    expect(decodeURIComponent(explore)).toContain('"expr":"cpu_expr"');
    const rest = {
      ...SHOP,
      nodes: SHOP.nodes.filter(({ id }) => id !== 'cache'),
      edges: SHOP.edges.filter(({ target }) => target !== 'cache'),
    };
    await page.evaluate(`panelHarness.show(${JSON.stringify(rest)})`);
    await expect.poll(() => card.innerText()).toContain('No longer in the picture');
  });

  it('pauses at the moment shown, compares, and asks the data source for both', async () => {
    await page.getByRole('button', { name: 'Pause: keep this moment' }).click();
    await page.getByRole('button', { name: /^Moment and comparison/ }).click();
    await page.getByRole('button', { name: 'with 1 hour before' }).click();
    await expect
      .poll(() =>
        page.evaluate<{ time?: unknown; compareWith?: string }[]>('panelHarness.questions.slice(-1)'),
      )
      .toMatchObject([{ time: { mode: 'at', at: String(SHOP.at) }, compareWith: '1h' }]);
    await page.getByRole('button', { name: 'Live again' }).click();
    await expect.poll(() => parameter('at')).toBeNull();
    await page.getByRole('button', { name: /^Moment and comparison/ }).click();
    await page.getByRole('button', { name: 'Everything seen within the time range' }).click();
    await expect.poll(() => parameter('at')).toBe('range');
    await expect
      .poll(() => page.evaluate<{ time?: unknown }[]>('panelHarness.questions.slice(-1)'))
      .toMatchObject([{ time: { mode: 'range' }, compareWith: '1h' }]);
  });

  it('fills nodes by a metric, and exports what is shown', async () => {
    await page.getByRole('button', { name: /^Fill nodes by/ }).click();
    await page.getByRole('button', { name: 'CPU', exact: true }).click();
    await expect.poll(() => parameter('fill')).toBe('cpu');
    await page.getByText('its limit, or 1').waitFor();
    await page.getByRole('button', { name: /^Fill nodes by/ }).click();
    await page.getByRole('radio', { name: 'The greatest value' }).click({ force: true });
    await page.getByText('0.90, the greatest').waitFor();
    await expect.poll(() => parameter('full')).toBe('greatest');
    await page.keyboard.press('Escape');
    for (const [name, ending] of [
      ['Drawing (SVG)', /\.svg$/],
      ['Picture (PNG)', /\.png$/],
      ['Table (CSV)', /\.csv$/],
    ] as const) {
      await page.getByRole('button', { name: 'Export what is shown' }).click();
      const file = page.waitForEvent('download');
      await page.getByRole('button', { name }).click();
      const download = await file;
      expect(download.suggestedFilename()).toMatch(ending);
      const content = readFileSync(await download.path(), 'latin1');
      // The whole line, although its node stands at the rim.
      expect(content).toContain(
        ending.test('.svg') ? 'example.com/shop/web:4.1.0</text>' : ending.test('.csv') ? 'CPU,' : 'PNG',
      );
    }
  });

  it('goes through the metrics that fill nodes by < and >, and takes the fill away by q', async () => {
    await page.getByTestId('toposcope-picture').focus();
    for (const [key, fill] of [
      ['>', 'cpu'],
      ['>', null],
      ['<', 'cpu'],
      ['q', null],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => parameter('fill')).toBe(fill);
    }
  });

  it('shows hosts as boxes of what uses them', async () => {
    await page.getByRole('radio', { name: 'Resources' }).click({ force: true });
    await page.getByTestId('toposcope-resources').waitFor();
    await expect
      .poll(() => page.evaluate<string[]>('panelHarness.questions.map(({ view }) => view)'))
      .toEqual(expect.arrayContaining(['hosts', 'processes']));
  });

  it('tells together of boxes that are too narrow to be drawn', async () => {
    const on = [{ view: 'hosts' as const, id: 'h1', label: 'h1' }];
    const small = ['small', 'tiny'].map((id) =>
      nodeOf(id, { relatives: on, metrics: [metric('cpu', 0.0001, 4)] }),
    );
    const host = nodeOf('h1', { kind: 'host', metrics: [metric('cpu', 0.5, 1), metric('load1', 1, 4)] });
    const known = {
      hosts: { ...topologyOf([host], []), view: 'hosts' },
      containers: topologyOf(
        [nodeOf('big', { relatives: on, metrics: [metric('cpu', 1, 4)] }), ...small],
        [],
      ),
      processes: { ...topologyOf([], []), view: 'processes' },
    };
    await page.evaluate(
      `panelHarness.know(${JSON.stringify(known)}); panelHarness.show(${JSON.stringify(known.containers)})`,
    );
    await page.getByRole('radio', { name: 'Resources' }).click({ force: true });
    await page.getByRole('note', { name: '2 others: 0.000200 cores' }).waitFor();
    await page.getByRole('button', { name: /^The rest, \d/ }).waitFor();
  });

  it('says why a refresh failed in full, beside the picture', async () => {
    const reason =
      'nothing came back. Is Prometheus running, and can Grafana reach it at the URL of the data source?';
    await page.evaluate(`panelHarness.fail(${JSON.stringify(reason)})`);
    const notice = page.getByRole('button', { name: /^The last refresh failed/ });
    expect(await notice.innerText()).toContain('can Grafana reach it');
    expect(await notice.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  });

  it('says how long an answer has been waited for, and what is shown meanwhile', async () => {
    await page.evaluate('panelHarness.load()');
    await page.getByText('No answer for 5 s; as of 08:00:00').waitFor();
    await page.evaluate(`panelHarness.show(${JSON.stringify(SHOP)})`);
    await expect.poll(() => page.getByText(/^No answer/).count()).toBe(0);
  });

  it('marks what is near its limits, and says why', async () => {
    await open('?topo1-card=app&topo1-q=health:warning');
    const card = page.getByTestId('toposcope-card');
    await expect.poll(() => card.innerText()).toContain('CPU: 0.90 of 1');
    expect(await found()).toBe('1');
    await page.evaluate('panelHarness.setOptions({ marksStrain: false })');
    await expect.poll(found).toBe('0');
    expect(await card.innerText()).not.toContain('Why it is marked');
  });

  it('goes by arrow keys over what the search found alone', async () => {
    await field().fill('database or web');
    await expect.poll(found).toBe('2');
    await page.getByTestId('toposcope-picture').focus();
    for (const expected of ['web', 'database', 'database']) {
      await page.keyboard.press('ArrowRight');
      await expect.poll(focusedOption).toContain(`${expected}, Container`);
    }
  });

  it('is closed by Escape and helps by ? after a page was loaded from a link', async () => {
    await open('?topo1-card=app');
    const card = page.getByTestId('toposcope-card');
    await card.waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => card.count()).toBe(0);
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Reading the picture' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('heading', { name: 'Reading the picture' }).count()).toBe(0);
  });

  it('marks the tab before there is an answer, and goes back view by view', async () => {
    await panel.open('?tabs=1&var-view=images');
    const active = page.getByRole('navigation', { name: 'View' }).locator('[aria-current="page"]');
    await expect.poll(() => active.allInnerTexts()).toEqual(['Images']);
    await open('?tabs=1&var-view=containers');
    const view = () => new URL(page.url()).searchParams.get('var-view');
    for (const name of ['Hosts', 'Images']) {
      await page.getByRole('button', { name, exact: true }).click();
      await expect.poll(view).toBe(name.toLowerCase());
    }
    await page.goBack();
    await expect.poll(view).toBe('hosts');
    await page.goBack();
    await expect.poll(view).toBe('containers');
  });

  it.each([1280, 420])(
    'covers nothing with its controls, and has all of them, %i pixels wide',
    async (width) => {
      await page.setViewportSize({ width, height: 700 });
      await open('?tabs=1&topo1-q=app&topo1-pin=kind:container&topo1-mode=table');
      const kubernetes = { ...SHOP, kubernetes: true };
      await page.evaluate(
        `panelHarness.setSize(${width}, 680); panelHarness.show(${JSON.stringify(kubernetes)})`,
      );
      const views = page.getByRole('navigation', { name: 'View' });
      await expect.poll(() => views.innerText()).toMatch(/Containers\s*1/);
      for (const name of [
        /^Unpin kind:container/,
        /^What is shown/,
        /^Export what is shown/,
        /^Clear the search/,
      ]) {
        expect(await page.getByRole('button', { name }).isVisible()).toBe(true);
      }
      await expect.poll(() => misplaced(width)).toEqual([]);
      await page.getByRole('button', { name: /^More views/ }).click();
      await page.getByRole('button', { name: 'Nodes (1)' }).click();
      expect(new URL(page.url()).searchParams.get('var-view')).toBe('nodes');
      await page.getByRole('button', { name: 'Clear the search' }).click();
      expect(await field().inputValue()).toBe('');
    },
  );

  it.each(['dark', 'light'])('has nothing serious that axe-core finds, in the %s theme', async (theme) => {
    await page.setViewportSize({ width: 1300, height: 700 });
    await open(`?theme=${theme}&topo1-card=app&topo1-q=app&topo1-pin=kind:container`);
    await page.getByTestId('toposcope-card').waitFor();
    expect(await panel.seriousFindings()).toEqual([]);
    await page.getByRole('radio', { name: 'Table' }).click({ force: true });
    await page.getByTestId('toposcope-table').waitFor();
    expect(await panel.seriousFindings()).toEqual([]);
    await open(`?theme=${theme}&topo1-card=${encodeURIComponent('web>app')}&topo1-q=cpu+%3E+(`);
    await page.getByRole('heading', { name: 'web → app' }).waitFor();
    await page.getByRole('alert').waitFor();
    expect(await panel.seriousFindings()).toEqual([]);
  });

  const focusedOption = () =>
    page.evaluate<string>(
      `document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.textContent ?? ''`,
    );

  /** Controls that reach into the table or out of the panel. */
  const misplaced = (width: number) =>
    page.evaluate<string[]>(`(() => {
      const { top } = document.querySelector('thead').getBoundingClientRect();
      return [...document.querySelectorAll('[data-testid="toposcope-panel"] header :is(button, input)')]
        .filter((control) => {
          const { bottom, right } = control.getBoundingClientRect();
          return bottom > top || right > ${width};
        })
        .map((control) => control.outerHTML);
    })()`);
});

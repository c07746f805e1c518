import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { edgeOf, nodeOf, topologyOf } from '../../grafana-panel/src/scene/topology.fixture.js';
import { usePanelPage } from '../engines/panel-page.js';

type Topology = ReturnType<typeof topologyOf>;
type Point = readonly [number, number];

const METRIC = { key: 'cpu', label: 'CPU', unit: 'percentunit', value: 0.123, limit: null, expr: 'cpu_expr' };
const LABELS = ['team=shop', ...Array.from({ length: 9 }, (_, index) => `example_label_${index}=${index}`)];
const SHOP = topologyOf(
  [
    nodeOf('app', {
      sublabel: 'shop/app:3',
      facts: [
        { key: 'image', label: 'Image', values: ['shop/app:3'] },
        { key: 'labels', label: 'Labels', values: LABELS },
      ],
      metrics: [METRIC, { ...METRIC, key: 'memory', label: 'Memory', unit: 'bytes', value: 536_870_912 }],
    }),
    nodeOf('database', { health: 'critical' }),
    nodeOf('idle'),
    nodeOf('web'),
  ],
  [edgeOf('app', 'database', { failed: 0.5 }), edgeOf('web', 'app')],
);

describe('the panel', () => {
  const panel = usePanelPage({ width: 1000, height: 700 });
  const places = () => panel.places();
  const camera = () => new URL(page.url()).searchParams.get('topo1-cam');
  let page: Page;
  beforeEach(async () => {
    ({ page } = panel);
    await panel.open();
  });

  it('opens a card with facts, figures, history and connections at a click, and closes it by Escape', async () => {
    await show(page, SHOP);
    await page.mouse.click(...(await find(page, 'app')));
    const card = page.getByTestId('toposcope-card');
    const text = await card.innerText();
    for (const part of [
      'shop/app:3',
      '12.3%',
      '512 MiB',
      'Called by',
      'web',
      'Calls',
      'database',
      '0.50 failed/s',
    ]) {
      expect(text).toContain(part);
    }
    await expect.poll(() => card.locator('path[d^="M0"]').count()).toBeGreaterThan(0);
    expect(await page.evaluate('panelHarness.asked')).toEqual(['cpu', 'memory']);
    const labels = card.getByRole('table', { name: 'Labels' }).getByRole('row');
    expect(await labels.count()).toBe(10);
    await card.getByRole('textbox', { name: 'Part of a name or value of Labels' }).fill('shop');
    await expect.poll(() => labels.allInnerTexts()).toEqual(['team\tshop']);
    await page.getByTestId('toposcope-picture').focus();
    await page.keyboard.press('Escape');
    expect(await card.count()).toBe(0);
  });

  it('stacks the card of a peer on top, and goes back', async () => {
    await show(page, SHOP);
    await page.mouse.click(...(await find(page, 'app')));
    await page.getByRole('button', { name: 'database', exact: true }).click();
    const title = page.getByTestId('toposcope-card').getByRole('heading', { level: 3 });
    expect(await title.innerText()).toBe('database');
    await page.getByRole('button', { name: 'Back to the card before' }).click();
    expect(await title.innerText()).toBe('app');
  });

  it('opens the card of a connection at a click on the arrow', async () => {
    await show(page, SHOP);
    const [fromX, fromY] = await find(page, 'web');
    const [toX, toY] = await find(page, 'app');
    await page.mouse.click((fromX + toX) / 2, (fromY + toY) / 2);
    const card = page.getByTestId('toposcope-card');
    expect(await card.getByRole('heading', { level: 3 }).innerText()).toBe('web → app');
    expect(await card.innerText()).toContain('tcp 80');
  });

  it('can be used by keys alone', async () => {
    await show(page, SHOP);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await focusedOption(page)).toContain('app, Container, running, shop/app:3');
    await page.keyboard.press('Enter');
    await page.getByTestId('toposcope-card').waitFor();
    await page.keyboard.press('ArrowRight');
    expect(await focusedOption(page)).toContain('database, Container, critical');
    await page.keyboard.press('Escape');
    expect(await page.getByTestId('toposcope-card').count()).toBe(0);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('z');
    await expect.poll(camera).not.toBeNull();
    await page.keyboard.press('0');
    await expect.poll(camera).toBeNull();
    await page.keyboard.press('t');
    await page.getByTestId('toposcope-table').waitFor();
    await page.keyboard.press('g');
    await page.getByTestId('toposcope-picture').waitFor();
    await page.keyboard.press('ArrowRight');
    expect(await focusedOption(page)).not.toBe('');
  });

  it('moves nothing at a refresh: no node, no camera, no card', async () => {
    await show(page, SHOP);
    await page.mouse.move(300, 500);
    await page.mouse.wheel(0, -120);
    await page.mouse.click(...(await find(page, 'app')));
    const before = await places();
    const at = await find(page, 'web');
    const newcomer = topologyOf([...SHOP.nodes, nodeOf('worker')], [...SHOP.edges, edgeOf('app', 'worker')]);
    await show(page, newcomer);
    await expect.poll(() => places()).toMatchObject(before);
    expect(Object.keys(await places())).toContain('worker');
    expect(await page.getByTestId('toposcope-card').count()).toBe(1);
    await page.mouse.move(...at);
    expect(await page.getByTestId('toposcope-tip').innerText()).toContain('web');
  });

  describe('shows the whole of the picture', () => {
    beforeEach(async () => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
    });

    /** Where one looks from a step nearer: the address says nothing of a camera that shows everything. */
    const nearer = async () => {
      await page.getByTestId('toposcope-picture').focus();
      await page.keyboard.press('+');
      await expect.poll(camera).not.toBeNull();
      const now = camera();
      await page.keyboard.press('0');
      await expect.poll(camera).toBeNull();
      return now;
    };

    it('also when something new stands outside of it', async () => {
      await show(page, SHOP);
      const before = await nearer();
      const newcomers = ['archive', 'mailer', 'replica', 'tape'].map((id) => nodeOf(id));
      const edges = [edgeOf('database', 'replica'), edgeOf('replica', 'archive'), edgeOf('archive', 'tape')];
      await show(page, topologyOf([...SHOP.nodes, ...newcomers], [...SHOP.edges, ...edges]));
      const after = await nearer();
      expect(after).not.toBe(before);
      // The key 0 was pressed since: it had nothing left to do.
      expect(await nearer()).toBe(after);
    });

    it('also when there was nothing to show for a refresh', async () => {
      await show(page, SHOP);
      const before = await nearer();
      await page.evaluate(`panelHarness.show(${JSON.stringify(topologyOf([], []))})`);
      await page.getByText('There are no containers at this time.').waitFor();
      await show(page, SHOP);
      expect(await nearer()).toBe(before);
    });

    it('also when one comes back to a view that has less', async () => {
      const hosts = { ...topologyOf([nodeOf('h1', { kind: 'host' })], []), view: 'hosts' } as const;
      await show(page, hosts);
      const ofHosts = await nearer();
      await show(page, SHOP);
      await nearer();
      await show(page, hosts);
      expect(await nearer()).toBe(ofHosts);
    });
  });

  it('keeps a node where it was dragged, through a reload, until it is laid out again', async () => {
    await show(page, SHOP);
    const [x, y] = await find(page, 'web');
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 20, y + 120, { steps: 5 });
    await page.mouse.up();
    const dragged = await places();
    await panel.open();
    await show(page, SHOP);
    expect(await places()).toEqual(dragged);
    await page.getByRole('button', { name: /^Lay out again/ }).click();
    await expect.poll(async () => (await places()).web).not.toEqual(dragged.web);
  });

  it('keeps the picture and says so when a refresh fails', async () => {
    await show(page, SHOP);
    await page.evaluate(`panelHarness.fail('connection refused')`);
    await page.getByText('The last refresh failed: connection refused').waitFor();
    expect(await page.getByRole('option').count()).toBe(4);
    expect(await dimming(page)).toBeLessThan(1);
    await show(page, SHOP);
    await expect.poll(() => dimming(page)).toBe(1);
  });

  it.each([
    { given: 'the first query fails', step: `panelHarness.fail('no such host')`, says: 'no such host' },
    {
      given: 'no frame has a topology',
      step: `panelHarness.show(null)`,
      says: 'Choose the Toposcope data source',
    },
    {
      given: 'there are no nodes',
      step: `panelHarness.show(${JSON.stringify(topologyOf([], []))})`,
      says: 'There are no containers at this time.',
    },
    {
      given: 'the data is of another version',
      step: `panelHarness.show({ view: 'planets' })`,
      says: 'of another version, or damaged',
    },
  ])('says what to do when $given', async ({ step, says }) => {
    await page.evaluate(step);
    await page.getByText(says).waitFor();
  });

  it.each([
    { width: 420, height: 300 },
    { width: 160, height: 90 },
  ])('survives a size of $width by $height', async ({ width, height }) => {
    await show(page, SHOP);
    await page.evaluate(`panelHarness.setSize(${width}, ${height})`);
    await expect
      .poll(() => page.getByTestId('toposcope-panel').boundingBox())
      .toMatchObject({ width, height });
    expect(await page.getByRole('option').count()).toBe(4);
  });

  it('lays out two thousand nodes by forces', async () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => `n${index}`);
    const edges = ids.slice(1).map((id, index) => edgeOf(`n${index >> 2}`, id));
    await show(
      page,
      topologyOf(
        ids.map((id) => nodeOf(id)),
        edges,
      ),
    );
    await expect.poll(async () => Object.keys(await places()).length, { timeout: 60_000 }).toBe(2_000);
  });
});

/** Shows a topology and waits for its picture. */
async function show(page: Page, topology: Topology): Promise<void> {
  await page.evaluate(`panelHarness.show(${JSON.stringify(topology)})`);
  await page.getByTestId('toposcope-picture').waitFor();
  await expect.poll(() => page.getByRole('option').count()).toBe(Math.min(300, topology.nodes.length));
}

/** Where a node is on the screen: looked for with the pointer, as a user would. */
async function find(page: Page, label: string): Promise<Point> {
  const tip = page.getByTestId('toposcope-tip');
  for (const [x, y] of await pointsAtRest(page)) {
    await page.mouse.move(x, y);
    if ((await tip.count()) > 0 && (await tip.innerText()).startsWith(`${label}\n`)) {
      return middleOf(page, label, [x, y]);
    }
  }
  throw new Error(`There is no ${label} on the picture`);
}

/** Where the pointer changes its shape: over nodes and edges. The page looks for itself, since each move is a message. */
function sensitivePoints(page: Page): Promise<Point[]> {
  return page.evaluate(`(() => {
    const picture = document.querySelector('[data-testid="toposcope-picture"]');
    const points = [];
    for (let y = 60; y < 560; y += 20) {
      for (let x = 20; x < 890; x += 20) {
        picture.dispatchEvent(new PointerEvent('pointermove', { clientX: x, clientY: y }));
        if (picture.style.cursor === 'pointer') {
          points.push([x, y]);
        }
      }
    }
    return points;
  })()`);
}

/** The same, once the camera has come to where it was going. */
async function pointsAtRest(page: Page): Promise<Point[]> {
  let points = await sensitivePoints(page);
  await expect
    .poll(async () => {
      const before = points;
      points = await sensitivePoints(page);
      return JSON.stringify(points) === JSON.stringify(before);
    })
    .toBe(true);
  return points;
}

/** From a first hit to the middle, along both axes. */
async function middleOf(page: Page, label: string, [x, y]: Point): Promise<Point> {
  const tip = page.getByTestId('toposcope-tip');
  const hits = async (dx: number, dy: number) => {
    await page.mouse.move(x + dx, y + dy);
    return (await tip.count()) > 0 && (await tip.innerText()).startsWith(`${label}\n`);
  };
  const reach = async (stepX: number, stepY: number) => {
    let steps = 0;
    while (steps < 12 && (await hits((steps + 1) * stepX, (steps + 1) * stepY))) {
      steps++;
    }
    return steps;
  };
  const [right, left] = [await reach(6, 0), await reach(-6, 0)];
  const [down, up] = [await reach(0, 6), await reach(0, -6)];
  const point: Point = [x + (right - left) * 3, y + (down - up) * 3];
  await page.mouse.move(...point);
  return point;
}

function focusedOption(page: Page): Promise<string> {
  return page.evaluate(
    `document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).textContent`,
  );
}

/** The opacity of the picture, with that of all that is round it. */
function dimming(page: Page): Promise<number> {
  return page.locator('[data-testid="toposcope-picture"] canvas').evaluate((element) => {
    let opacity = 1;
    for (let at: Element | null = element; at; at = at.parentElement) {
      opacity *= Number(getComputedStyle(at).opacity);
    }
    return opacity;
  });
}

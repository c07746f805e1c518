import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createViewerApp } from '../../compose/local/src/viewer/viewer-app.js';
import { startChromium } from '../engines/chromium.js';
import { freePort } from '../engines/free-port.js';
import { pageComplaints } from '../engines/page-complaints.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ARTEFACTS = path.join(ROOT, 'artefacts');
const PATIENCE_MS = 60_000;

/** The demo as the panel's list for screen readers tells it: each container, and what it calls. */
const CONTAINERS = {
  'toposcope-demo-client': ['toposcope-demo-lb1', 'toposcope-demo-lb2'],
  'toposcope-demo-lb1': ['toposcope-demo-app1', 'toposcope-demo-app2'],
  'toposcope-demo-lb2': ['toposcope-demo-app1', 'toposcope-demo-app2'],
  'toposcope-demo-app1': ['toposcope-demo-db1', 'toposcope-demo-db2', 'toposcope-demo-db3'],
  'toposcope-demo-app2': ['toposcope-demo-db1', 'toposcope-demo-db2', 'toposcope-demo-db3'],
  'toposcope-demo-db1': [],
  'toposcope-demo-db2': [],
  'toposcope-demo-db3': [],
};
const IMAGES = {
  'toposcope-demo/client': ['toposcope-demo/lb'],
  'toposcope-demo/lb': ['toposcope-demo/app'],
  'toposcope-demo/app': ['toposcope-demo/db'],
  'toposcope-demo/db': [],
};

/** Tests of the built plugins on the viewer's pages, beside a demo that runs. */
export function describePages(prometheusUrl: () => string): void {
  describe('the built plugins', () => {
    const servers: Server[] = [];
    let browser: Browser;

    beforeAll(async () => {
      mkdirSync(ARTEFACTS, { recursive: true });
      browser = await startChromium();
    });
    afterAll(async () => {
      await browser.close();
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    });

    async function serveViewer(version: string, url = prometheusUrl()): Promise<string> {
      const app = createViewerApp({
        prometheusUrl: url,
        pageFolder: path.join(ROOT, 'compose/viewer/dist', version),
        pluginFolders: {
          'toposcope-topology-panel': path.join(ROOT, 'grafana-panel/dist'),
          'toposcope-topology-datasource': path.join(ROOT, 'grafana-datasource/dist'),
        },
      });
      const server = createServer(app);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    describe.each(['11', '13'])("with Grafana %s's packages", (version) => {
      let viewer: string;
      let page: Page;
      let complaints: readonly string[];

      beforeAll(async () => {
        viewer = await serveViewer(version);
      });
      beforeEach(async () => {
        page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
        page.setDefaultTimeout(PATIENCE_MS);
        complaints = pageComplaints(page);
      });
      afterEach(async () => {
        await page.close();
      });

      const keep = (name: string) =>
        page.screenshot({ path: path.join(ARTEFACTS, `viewer-${version}-${name}.png`) });

      it.each(['dark', 'light'])("draw exactly the demo's containers and edges, %s", async (theme) => {
        await page.goto(`${viewer}/?theme=${theme}`);
        await expect.poll(() => callsOf(page, /^toposcope-demo-/), POLL).toEqual(CONTAINERS);
        expect(await coloursOnCanvas(page)).toBeGreaterThan(10);
        await keep(`containers-${theme}`);
        expect(complaints).toEqual([]);
      });

      it("draw exactly the demo's images and edges, after a click on the tab, and keep the view in the address", async () => {
        await page.goto(viewer);
        await page.getByRole('navigation', { name: 'View' }).getByRole('button', { name: 'Images' }).click();
        await expect.poll(() => callsOf(page, /^toposcope-demo\//), POLL).toEqual(IMAGES);
        expect(page.url()).toContain('var-view=images');
        await keep('images');
        await page.reload();
        await expect.poll(() => callsOf(page, /^toposcope-demo\//), POLL).toEqual(IMAGES);
        expect(complaints).toEqual([]);
      });

      it.each(['Hosts', 'Processes', 'Processes by name'])('draw the view %s', async (view) => {
        await page.goto(viewer);
        await page
          .getByRole('navigation', { name: 'View' })
          .getByRole('button', { name: view, exact: true })
          .click();
        await expect.poll(() => options(page), POLL).not.toEqual([]);
        expect(await coloursOnCanvas(page)).toBeGreaterThan(5);
        await keep(view.toLowerCase().replaceAll(' ', '-'));
        expect(complaints).toEqual([]);
      });

      it('open a card with facts and connections when a node is clicked', async () => {
        await page.goto(viewer);
        await expect.poll(() => callsOf(page, /^toposcope-demo-/), POLL).toEqual(CONTAINERS);
        await clickNode(page, 'toposcope-demo-app1');
        const card = page.getByTestId('toposcope-card');
        await card.waitFor();
        expect(await card.getByRole('heading').first().textContent()).toBe('toposcope-demo-app1');
        const text = (await card.textContent()) ?? '';
        for (const peer of [
          ...CONTAINERS['toposcope-demo-app1'],
          'toposcope-demo-lb1',
          'toposcope-demo-lb2',
        ]) {
          expect(text).toContain(peer);
        }
        // Sparklines come by a query of their own.
        await page.waitForLoadState('networkidle');
        await keep('card');
        expect(complaints).toEqual([]);
      });

      it('say in Save & test that Prometheus holds what they need', async () => {
        await page.goto(`${viewer}/#/datasource`);
        await page.getByRole('button', { name: 'Save & test' }).click();
        const health = page.getByTestId('health');
        await expect.poll(() => health.textContent(), POLL).not.toContain('Testing');
        await keep('datasource');
        expect(await health.textContent()).toMatch(/1 host/);
        expect(complaints).toEqual([]);
      });

      it('give Explore a picture and tables, and the address the query', async () => {
        await page.goto(`${viewer}/#/explore`);
        await page.getByRole('button', { name: 'Run query' }).click();
        await expect.poll(() => callsOf(page, /^toposcope-demo-/), POLL).toEqual(CONTAINERS);
        await page.getByRole('region', { name: 'Containers', exact: true }).waitFor();
        await page.getByRole('region', { name: 'Connections', exact: true }).waitFor();
        expect(new URL(page.url()).searchParams.get('query')).toContain('"view":"containers"');
        await keep('explore');
        expect(complaints).toEqual([]);
      });
    });

    it('say in words that Prometheus does not answer', async () => {
      const nothing = `http://127.0.0.1:${await freePort()}`;
      const viewer = await serveViewer('11', nothing);
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      await page.goto(viewer);
      await page.getByText(`Prometheus does not answer at ${nothing}`).first().waitFor();
      await page.screenshot({ path: path.join(ARTEFACTS, 'viewer-11-no-prometheus.png') });
      await page.close();
    });
  });
}

const POLL = { timeout: PATIENCE_MS, interval: 500 };

/** The lines of the list for screen readers. */
function options(page: Page): Promise<string[]> {
  return page.getByTestId('toposcope-picture').getByRole('option').allTextContents();
}

/** Node → what it calls, sorted, for the nodes whose name matches. */
async function callsOf(page: Page, name: RegExp): Promise<Record<string, string[]>> {
  const nodes = (await options(page)).map((line): [string, string[]] => [
    line.split(', ')[0] ?? '',
    (/, calls (.*)$/.exec(line)?.[1] ?? '')
      .split(' and ')
      .filter((callee) => callee !== '')
      .sort(),
  ]);
  return Object.fromEntries(nodes.filter(([label]) => name.test(label)));
}

function coloursOnCanvas(page: Page): Promise<number> {
  return page.locator('[data-testid="toposcope-picture"] canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const colours = new Set<number>();
    for (let index = 0; index + 3 < pixels.length; index += 4) {
      colours.add(((pixels[index] ?? 0) << 16) | ((pixels[index + 1] ?? 0) << 8) | (pixels[index + 2] ?? 0));
    }
    return colours.size;
  });
}

/** Moves the pointer over the picture until the tip says that it is on the node, as a user would, and clicks. */
async function clickNode(page: Page, label: string): Promise<void> {
  const box = await page.getByTestId('toposcope-picture').boundingBox();
  if (!box) {
    throw new Error('There is no picture.');
  }
  for (const [x, y] of placesOf(box)) {
    await page.mouse.move(x, y);
    if (await tipSays(page, label)) {
      await page.mouse.click(x, y);
      return;
    }
  }
  throw new Error(`No place of the picture shows the tip of ${label}.`);
}

/** A grid of points, the first quarter of which is a coarser one. */
function* placesOf(box: {
  x: number;
  y: number;
  width: number;
  height: number;
}): Generator<[number, number]> {
  const STEP = 24;
  for (const [left, top] of [
    [1, 1],
    [2, 2],
    [1, 2],
    [2, 1],
  ] as const) {
    for (let y = top * STEP; y < box.height; y += 2 * STEP) {
      for (let x = left * STEP; x < box.width; x += 2 * STEP) {
        yield [box.x + x, box.y + y];
      }
    }
  }
}

function tipSays(page: Page, label: string): Promise<boolean> {
  return page.getByTestId('toposcope-panel').evaluate((panel, wanted) => {
    const leaves = [...panel.querySelectorAll('div')].filter((element) => element.childElementCount === 0);
    return leaves.some(
      (leaf) => leaf.textContent === wanted && !leaf.closest('[data-testid="toposcope-picture"]'),
    );
  }, label);
}

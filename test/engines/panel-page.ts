import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Topology } from '../../grafana-datasource/src/graph/topology';
import { startChromium } from './chromium.js';
import { serveHarness, type HarnessPage } from './harness-page.js';
import { pageComplaints } from './page-complaints.js';
import { seriousFindings } from './serious-findings.js';

/** The panel alone on a page, new for each test. */
export interface PanelPage {
  readonly page: Page;
  /** @param parameters The address's, with their question mark. */
  open(parameters?: string): Promise<void>;
  /** A refresh brought this. */
  show(topology: Topology): Promise<void>;
  /** The places that the panel keeps in the browser, by node. */
  places(): Promise<Record<string, string>>;
  /** What axe-core finds that is serious. */
  seriousFindings(): Promise<string[]>;
}

/** Gives each test of the surrounding `describe` a panel, and fails it when the page has complained. */
export function usePanelPage(viewport: { readonly width: number; readonly height: number }): PanelPage {
  let harness: HarnessPage;
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    harness = await serveHarness('panel');
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    harness.close();
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport });
    page.setDefaultTimeout(60_000);
    complaints = pageComplaints(page);
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  return {
    get page() {
      return page;
    },
    async open(parameters = '') {
      await page.goto(harness.url + parameters);
      await page.waitForFunction('"panelHarness" in window');
    },
    async show(topology) {
      await page.evaluate(`panelHarness.show(${JSON.stringify(topology)})`);
    },
    seriousFindings: () => seriousFindings(page, '#root'),
    places: () =>
      page.evaluate(
        `Object.fromEntries(Object.keys(localStorage).filter((key) => key.startsWith('toposcope.'))
          .flatMap((key) => JSON.parse(localStorage[key])).map(([id, x, y]) => [id, x + ' ' + y]))`,
      ),
  };
}

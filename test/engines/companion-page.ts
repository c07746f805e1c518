import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Docker from 'dockerode';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Role } from '../../companion/src/protocol/tiers.js';
import { buildBusyboxImage } from './busybox-image.js';
import { seriousFindings } from './serious-findings.js';
import { startChromium } from './chromium.js';
import { CompanionStack, openCard } from './companion-stack.js';
import type { GatewaySettings } from './companion.js';

const ARTEFACTS = path.resolve(import.meta.dirname, '../../artefacts');
const PATIENCE_MS = 60_000;

/** For `expect.poll`. */
export const POLL = { timeout: PATIENCE_MS, interval: 250 };

/** A page of the panel with a companion behind it, and a container to do something to. */
export interface CompanionPage {
  /** New for each test. */
  readonly page: Page;
  readonly stack: CompanionStack;
  readonly container: Docker.Container;
  /** The container's. */
  readonly name: string;
  /** The container's card, as somebody with that role sees it. */
  card(role: Role, theme?: 'dark' | 'light'): Promise<Locator>;
  /** Keeps a picture of the page for whoever looks at the run. */
  keep(name: string): Promise<unknown>;
  /** What axe-core finds within the first element of a selector that is serious. */
  seriousFindings(selector: string): Promise<string[]>;
}

/**
 * Starts all of it for the surrounding `describe` and ends it afterwards; fails a test when its page has complained.
 *
 * @param program what the container runs, by a shell
 */
export function useCompanionPage(
  { name: what, program }: { readonly name: string; readonly program: string },
  settings: () => GatewaySettings | Promise<GatewaySettings>,
): CompanionPage {
  const docker = new Docker();
  const image = `toposcope-test/${what}-${process.pid}`;
  const name = `toposcope-${what}-${process.pid}`;
  const complaints: string[] = [];
  let stack: CompanionStack;
  let browser: Browser;
  let page: Page;
  let container: Docker.Container;

  beforeAll(async () => {
    mkdirSync(ARTEFACTS, { recursive: true });
    await buildBusyboxImage(docker, image);
    container = await docker.createContainer({ Image: image, name, Cmd: ['sh', '-c', program] });
    await container.start();
    stack = await CompanionStack.start(await settings());
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
    await container.remove({ force: true }).catch(() => undefined);
    await docker.getImage(image).remove({ force: true });
  });
  beforeEach(async () => {
    complaints.length = 0;
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  return {
    name,
    get page() {
      return page;
    },
    get stack() {
      return stack;
    },
    get container() {
      return container;
    },
    card: async (role, theme = 'dark') => openCard(page, `${await stack.urlFor(role)}/?theme=${theme}`, name),
    keep: (picture) => page.screenshot({ path: path.join(ARTEFACTS, `companion-${picture}.png`) }),
    seriousFindings: (selector) => seriousFindings(page, selector),
  };
}

/** Presses the button of exactly that name. */
export function press(within: Locator, name: string): Promise<void> {
  return within.getByRole('button', { name, exact: true }).click();
}

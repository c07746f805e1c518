import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Docker from 'dockerode';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { startChromium } from '../engines/chromium.js';
import { CompanionStack, openCard } from '../engines/companion-stack.js';

const ARTEFACTS = path.resolve(import.meta.dirname, '../../artefacts');
const PATIENCE_MS = 60_000;
const POLL = { timeout: PATIENCE_MS, interval: 250 };
const IMAGE = `toposcope-test/terminal-${process.pid}`;
const NAME = `toposcope-terminal-${process.pid}`;

describe('a terminal in the panel', () => {
  const docker = new Docker();
  let stack: CompanionStack;
  let browser: Browser;
  let page: Page;
  let container: Docker.Container;
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(ARTEFACTS, { recursive: true });
    await buildBusyboxImage(docker, IMAGE);
    container = await docker.createContainer({ Image: IMAGE, name: NAME, Cmd: ['sleep', '3600'] });
    await container.start();
    stack = await CompanionStack.start({ policy: "rules: [{ allow: '*' }]" });
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
    await container.remove({ force: true });
    await docker.getImage(IMAGE).remove({ force: true });
  });
  beforeEach(async () => {
    complaints.length = 0;
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
    const card = await openCard(page, await stack.urlFor('Admin'), NAME);
    await card.getByRole('button', { name: 'Terminal', exact: true }).click();
    await shows(/# $/);
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const screenOf = async (where: Page): Promise<string> =>
    (await where.getByTestId('toposcope-terminal').innerText()).replaceAll('\u00a0', ' ').trimEnd() + ' ';
  const shows = (text: string | RegExp, where = page): Promise<void> =>
    expect.poll(() => screenOf(where), POLL).toMatch(text);
  const enter = (line: string, where = page): Promise<void> => where.keyboard.type(`${line}\n`);
  /** Rows and columns as the program sees them. */
  const size = async (marker: string): Promise<number[]> => {
    await enter(`echo ${marker}-$(stty size)-`);
    const pattern = new RegExp(`${marker}-(\\d+) (\\d+)-`);
    await shows(pattern);
    return (pattern.exec(await screenOf(page)) ?? []).slice(1).map(Number);
  };

  it('shows UTF-8, colours and bytes that are no text, and 10 MB to the last line', async () => {
    await enter(`printf '\\033[31mr\\303\\266t\\033[0m 日本 \\377\\001.\\n'`);
    await shows(/röt 日本/);
    const red = page.getByTestId('toposcope-terminal').locator('.xterm-fg-1', { hasText: 'röt' });
    expect(await red.count()).toBe(1);
    await enter('seq 1 1450000 > /tmp/ten; wc -c < /tmp/ten; cat /tmp/ten; echo do""ne');
    await shows(/1449998\s+1449999\s+1450000\s+done/);
    await enter('clear; echo still-$((40+2))');
    await shows('still-42');
  });

  it('stays through a refresh of the dashboard and a visit to another page', async () => {
    await enter('kept=yes');
    await page.getByRole('button', { name: 'Refresh', exact: true }).first().click();
    await page.getByTestId('toposcope-terminal').click();
    await enter('echo refresh-$kept');
    await shows('refresh-yes');
    await page.getByRole('link', { name: 'Explore' }).click();
    await page.getByRole('heading', { name: 'Explore' }).waitFor();
    await page.getByRole('link', { name: 'Topology' }).click();
    await page.getByTestId('toposcope-terminal').click();
    await enter('echo visit-$kept');
    await shows('visit-yes');
  });

  it('follows the size of its dock, and of a window of its own, and comes back from there', async () => {
    const [rows = 0, columns = 0] = await size('docked');
    const handle = page.getByRole('separator', { name: 'Height of the terminals and logs' });
    const box = await handle.boundingBox();
    await page.mouse.move(640, (box?.y ?? 0) + 3);
    await page.mouse.down();
    await page.mouse.move(640, (box?.y ?? 0) - 150, { steps: 5 });
    await page.mouse.up();
    await page.getByTestId('toposcope-terminal').click();
    await expect.poll(async () => (await size(`taller${Date.now()}`))[0], POLL).toBeGreaterThan(rows + 3);

    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('button', { name: 'Open in a window of its own' }).click(),
    ]);
    await page.getByText('This terminal is in a window of its own.').waitFor();
    await popup.getByTestId('toposcope-terminal').click();
    await enter('echo out-$((40+2))', popup);
    await shows('out-42', popup);
    await popup.screenshot({ path: path.join(ARTEFACTS, 'companion-terminal-popup.png') });
    await popup.close();
    await shows('out-42');
    await page.getByTestId('toposcope-terminal').click();
    const [, back = 0] = await size('back');
    expect(Math.abs(back - columns)).toBeLessThanOrEqual(1);
  });

  it('ends with a word when the gateway stops, and opens again when it is back', async () => {
    await stack.gateway.close();
    await page.getByText('The companion’s gateway has stopped.').waitFor();
    await page.screenshot({ path: path.join(ARTEFACTS, 'companion-gateway-stopped.png') });
    await stack.startGateway();
    await stack.connected();
    await page.getByRole('button', { name: 'Open again' }).click();
    // Typed at once: it waits until the program can read it.
    await enter('echo again-$((40+2))');
    await shows('again-42');
  });
});

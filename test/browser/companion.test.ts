import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Docker from 'dockerode';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { startChromium } from '../engines/chromium.js';
import { openCard } from '../engines/companion-stack.js';
import {
  freeStackPorts,
  makeStateFolder,
  npmStart,
  type NpmStart,
  type StackPorts,
} from '../engines/npm-start.js';

const ARTEFACTS = path.resolve(import.meta.dirname, '../../artefacts');
const PATIENCE_MS = 60_000;
const POLL = { timeout: PATIENCE_MS, interval: 250 };
const IMAGE = `toposcope-test/browser-${process.pid}`;
const NAME = `toposcope-browser-${process.pid}`;
/** What it writes first, in whatever order its two streams arrive. */
const LOGGED = /^(?=[^]*started \d+)(?=[^]*a problem)(?=[^]*green line)/;
/** Counts its starts, so that the log shows a restart. */
const PROGRAM =
  'echo "started $(date +%s)"; echo "a problem" >&2; printf "\\033[32mgreen line\\033[0m\\n"; ' +
  'trap "exit 0" TERM; while true; do echo tick; sleep 1 & wait; done';

describe('the companion in the panel, on a real container', () => {
  const docker = new Docker();
  const state = makeStateFolder();
  let ports: StackPorts;
  let stack: NpmStart;
  let browser: Browser;
  let page: Page;
  let container: Docker.Container;
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(ARTEFACTS, { recursive: true });
    await removeContainer(docker);
    await buildBusyboxImage(docker, IMAGE);
    container = await docker.createContainer({ Image: IMAGE, name: NAME, Cmd: ['sh', '-c', PROGRAM] });
    await container.start();
    ports = await freeStackPorts();
    stack = npmStart(ports, state.path);
    await stack.ready;
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    stack.interrupt();
    await stack.exited;
    state.remove();
    await removeContainer(docker);
    await docker.getImage(IMAGE).remove({ force: true });
  });
  beforeEach(async () => {
    complaints.length = 0;
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await page.close();
  });

  const keep = (name: string) => page.screenshot({ path: path.join(ARTEFACTS, `companion-${name}.png`) });
  const startedAt = async () => (await container.inspect()).State.StartedAt;

  async function openOwnCard(): Promise<Locator> {
    const card = await openCard(page, `http://127.0.0.1:${ports.viewer}/`, NAME);
    await card.getByRole('group', { name: `What can be done to ${NAME}` }).waitFor();
    return card;
  }

  async function screenText(): Promise<string> {
    return (await page.getByTestId('toposcope-terminal').innerText()).replaceAll('\u00a0', ' ');
  }

  it('restarts a container from its button', async () => {
    const card = await openOwnCard();
    const before = await startedAt();
    await keep('card');
    await card.getByRole('button', { name: 'Restart', exact: true }).click();
    await card.getByText(`${NAME} has been restarted.`).waitFor();
    expect(await startedAt()).not.toBe(before);
    expect(complaints).toEqual([]);
  });

  it('types in a terminal and sees the echo, says that the program ended, and opens another one', async () => {
    const card = await openOwnCard();
    await card.getByRole('button', { name: 'Terminal', exact: true }).click();
    await expect.poll(screenText, POLL).toContain('#');
    await page.keyboard.type('exit 3\n');
    await page.getByText('The program ended with exit code 3.').waitFor();
    await keep('terminal-ended');
    await page.getByRole('button', { name: 'Open again' }).click();
    await page.getByText('The program ended with exit code 3.').waitFor({ state: 'detached' });
    const prompts = async () => (await screenText()).split('/ #').length - 1;
    await expect.poll(prompts, POLL).toBe(2);
    await page.keyboard.type('echo $((5*5))\n');
    await expect.poll(screenText, POLL).toContain('25');
    expect(complaints).toEqual([]);
  });

  it('shows the log as it grows, and searches it', async () => {
    const card = await openOwnCard();
    await card.getByRole('button', { name: 'Logs', exact: true }).click();
    const log = page.getByRole('log');
    await expect.poll(() => log.innerText(), POLL).toMatch(LOGGED);
    const ticks = async () => ((await log.innerText()).match(/tick/g) ?? []).length;
    const before = await ticks();
    await expect.poll(ticks, POLL).toBeGreaterThan(before);
    await keep('logs');
    await page.getByRole('textbox', { name: 'Search the log' }).fill('problem');
    await expect.poll(ticks, POLL).toBe(0);
    expect(await log.locator('mark').first().textContent()).toBe('problem');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^${NAME}-.*\\.txt$`));
    expect(complaints).toEqual([]);
  });

  it('lists the processes, and signals one after a question', async () => {
    const card = await openOwnCard();
    await card.getByRole('button', { name: 'Processes', exact: true }).click();
    const dock = page.getByTestId('toposcope-dock');
    const row = dock.getByRole('row').filter({ hasText: 'started' });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/^1\s+sh[^]*sleeping/);
    await keep('processes');
    const before = await startedAt();
    await row.getByRole('combobox', { name: 'Send a signal to sh 1' }).selectOption('TERM');
    await page.getByRole('dialog').getByRole('button', { name: 'Send TERM' }).click();
    await dock.getByText('TERM was sent to sh.').waitFor();
    await expect.poll(async () => (await container.inspect()).State.Running, POLL).toBe(false);
    await container.start();
    expect(await startedAt()).not.toBe(before);
    expect(complaints).toEqual([]);
  });
});

async function removeContainer(docker: Docker): Promise<void> {
  await docker
    .getContainer(NAME)
    .remove({ force: true })
    .catch(() => undefined);
}

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Docker from 'dockerode';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { startChromium } from '../engines/chromium.js';
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
  /** One for all, so that nodes stay where the first page found them. */
  let context: BrowserContext;
  let page: Page;
  let container: Docker.Container;
  const complaints: string[] = [];
  let place: Place | undefined;

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
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
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
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await page.close();
  });

  const keep = (name: string) => page.screenshot({ path: path.join(ARTEFACTS, `companion-${name}.png`) });
  const startedAt = async () => (await container.inspect()).State.StartedAt;

  async function openCard(): Promise<Locator> {
    await page.goto(`http://127.0.0.1:${ports.viewer}/`);
    const picture = page.getByTestId('toposcope-picture');
    await expect
      .poll(() => picture.getByRole('option').allTextContents(), POLL)
      .toContainEqual(expect.stringMatching(new RegExp(`^${NAME}\\b`)));
    const card = page.getByTestId('toposcope-card');
    // New nodes may push it aside once more before it is clicked.
    await expect
      .poll(async () => {
        place = await clickNode(page, NAME, place);
        return place !== undefined && (await appears(card));
      }, POLL)
      .toBe(true);
    await card.getByRole('group', { name: `What can be done to ${NAME}` }).waitFor();
    return card;
  }

  async function screenText(): Promise<string> {
    return (await page.getByTestId('toposcope-terminal').innerText()).replaceAll('\u00a0', ' ');
  }

  it('restarts a container from its button', async () => {
    const card = await openCard();
    const before = await startedAt();
    await keep('card');
    await card.getByRole('button', { name: 'Restart', exact: true }).click();
    await card.getByText(`${NAME} has been restarted.`).waitFor();
    expect(await startedAt()).not.toBe(before);
    expect(complaints).toEqual([]);
  });

  it('types in a terminal and sees the echo, says that the program ended, and opens another one', async () => {
    const card = await openCard();
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
    const card = await openCard();
    await card.getByRole('button', { name: 'Logs', exact: true }).click();
    const log = page.getByRole('log');
    await expect.poll(() => log.innerText(), POLL).toMatch(/started \d+[^]*a problem[^]*green line/);
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
    const card = await openCard();
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

/** The tip of a node that is selected stays away, so a second look for it would find nothing. */
function appears(card: Locator): Promise<boolean> {
  return card.waitFor({ timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

async function removeContainer(docker: Docker): Promise<void> {
  await docker
    .getContainer(NAME)
    .remove({ force: true })
    .catch(() => undefined);
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Moves the pointer over the picture until the tip says that it is on the node, and clicks. Undefined when it is nowhere. */
async function clickNode(page: Page, label: string, guess: Place | undefined): Promise<Place | undefined> {
  const box = await page.getByTestId('toposcope-picture').boundingBox();
  if (!box) {
    return undefined;
  }
  const places: Place[] = guess === undefined ? [] : [guess];
  for (const step of [32, 20]) {
    for (let y = box.y + step; y < box.y + box.height; y += step) {
      for (let x = box.x + step; x < box.x + box.width; x += step) {
        places.push({ x, y });
      }
    }
  }
  for (const place of places) {
    await page.mouse.move(place.x, place.y);
    if (await tipSays(page, label)) {
      await page.mouse.click(place.x, place.y);
      return place;
    }
  }
  return undefined;
}

function tipSays(page: Page, label: string): Promise<boolean> {
  return page.getByTestId('toposcope-panel').evaluate((panel, wanted) => {
    const leaves = [...panel.querySelectorAll('div')].filter((element) => element.childElementCount === 0);
    return leaves.some(
      (leaf) => leaf.textContent === wanted && !leaf.closest('[data-testid="toposcope-picture"]'),
    );
  }, label);
}

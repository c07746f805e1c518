import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import Docker from 'dockerode';
import type { Browser, Locator, Page } from 'playwright-core';
import S3rver from 's3rver';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LogBucket } from '../../companion/src/gateway/log-bucket.js';
import type { Role } from '../../companion/src/protocol/tiers.js';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { startChromium } from '../engines/chromium.js';
import { CompanionStack, openCard } from '../engines/companion-stack.js';
import { freePort } from '../engines/free-port.js';

const ARTEFACTS = path.resolve(import.meta.dirname, '../../artefacts');
const PATIENCE_MS = 60_000;
const POLL = { timeout: PATIENCE_MS, interval: 250 };
const IMAGE = `toposcope-test/roles-${process.pid}`;
const NAME = `toposcope-roles-${process.pid}`;
const POLICY = `
rules:
  - { allow: '*', role: Admin }
  - { allow: [start, stop, restart, pause, unpause, export-logs], role: Editor }
actions:
  - { name: greet, label: Greet, icon: comment-alt, command: [sh, -c, 'echo hello from $0; exit 3', greet], tier: operate, confirm: true, role: Editor }
`;
const OBSERVES = ['Logs', 'Processes'];
const OPERATES = ['Restart', 'Pause', 'Stop', 'Greet'];

describe('what each role may do, pressed in the panel', () => {
  const docker = new Docker();
  let folder: string;
  let s3: S3rver;
  let bucketUrl: string;
  let stack: CompanionStack;
  let browser: Browser;
  let page: Page;
  let container: Docker.Container;
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(ARTEFACTS, { recursive: true });
    await buildBusyboxImage(docker, IMAGE);
    container = await docker.createContainer({
      Image: IMAGE,
      name: NAME,
      Cmd: ['sh', '-c', 'seq 1 20000; trap "exit 0" TERM; while :; do sleep 1 & wait; done'],
    });
    await container.start();
    folder = await mkdtemp(path.join(tmpdir(), 'bucket-'));
    const port = await freePort();
    s3 = new S3rver({
      ...{ port, address: '127.0.0.1', directory: folder, silent: true },
      configureBuckets: [{ name: 'logs', configs: [] }],
    });
    await s3.run();
    bucketUrl = `http://127.0.0.1:${port}`;
    process.env.AWS_ACCESS_KEY_ID = 'S3RVER';
    process.env.AWS_SECRET_ACCESS_KEY = 'S3RVER';
    const bucket = new LogBucket({ bucket: 'logs', prefix: '', region: 'us-east-1', endpoint: bucketUrl });
    stack = await CompanionStack.start({ policy: POLICY, bucket });
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
    await s3.close();
    await rm(folder, { recursive: true, force: true });
    await container.remove({ force: true }).catch(() => undefined);
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
    expect(complaints).toEqual([]);
  });

  const card = async (role: Role, theme = 'dark'): Promise<Locator> =>
    openCard(page, `${await stack.urlFor(role)}/?theme=${theme}`, NAME);
  const press = (within: Locator, name: string): Promise<void> =>
    within.getByRole('button', { name, exact: true }).click();
  const buttonsOf = (within: Locator): Promise<string[]> =>
    within
      .getByRole('group', { name: `What can be done to ${NAME}` })
      .getByRole('button')
      .allInnerTexts();
  const keep = (name: string) => page.screenshot({ path: path.join(ARTEFACTS, `companion-${name}.png`) });
  const state = async (): Promise<string> => (await container.inspect()).State.Status;

  it.each<[Role, readonly string[]]>([
    ['Viewer', OBSERVES],
    ['Editor', [...OBSERVES, ...OPERATES]],
    ['Admin', ['Logs', 'Terminal', 'Attach', 'Processes', ...OPERATES, 'Remove']],
  ])('%s sees the buttons of the policy, and no others', async (role, buttons) => {
    const opened = await card(role);
    await expect.poll(() => buttonsOf(opened), POLL).toEqual(buttons);
  });

  it('loses and gets buttons when the policy changes', async () => {
    const opened = await card('Editor');
    await expect.poll(() => buttonsOf(opened), POLL).toContain('Stop');
    stack.gateway.setPolicy('');
    await expect.poll(() => buttonsOf(opened), POLL).toEqual(OBSERVES);
    stack.gateway.setPolicy(POLICY);
    await expect.poll(() => buttonsOf(opened), POLL).toContain('Stop');
  });

  it('pauses, resumes, stops and starts, as the engine tells, with the buttons of each state', async () => {
    const opened = await card('Editor');
    for (const [button, becomes, buttons] of [
      ['Pause', 'paused', ['Logs', 'Processes', 'Resume', 'Restart', 'Stop']],
      ['Resume', 'running', [...OBSERVES, ...OPERATES]],
      ['Stop', 'exited', ['Logs', 'Start', 'Restart']],
      ['Start', 'running', [...OBSERVES, ...OPERATES]],
    ] as const) {
      await press(opened, button);
      await expect.poll(state, POLL).toBe(becomes);
      await expect.poll(() => buttonsOf(opened), POLL).toEqual(buttons);
    }
  });

  it("runs the policy's own action after a question, and shows what it printed", async () => {
    const opened = await card('Editor', 'light');
    await press(opened, 'Greet');
    await page.getByRole('dialog').getByText(`Greet, in the container ${NAME}?`).waitFor();
    await keep('custom-question-light');
    await press(page.getByRole('dialog'), 'Greet');
    await opened.getByText('hello from greet').waitFor();
  });

  it('follows a log, bounds it in time, searches it, and exports it to the bucket', async () => {
    const opened = await card('Editor', 'light');
    await press(opened, 'Logs');
    const dock = page.getByTestId('toposcope-dock');
    const log = page.getByRole('log');
    await expect.poll(() => log.innerText(), POLL).toMatch(/\b20000\b/);
    await keep('logs-light');
    await dock.getByRole('combobox', { name: 'Time' }).selectOption('Last 5 minutes');
    await dock.getByRole('textbox', { name: 'Search the log' }).fill('1999');
    await expect.poll(() => log.innerText(), POLL).toMatch(/\b1999\n[^]*\b11999\n[^]*\b19990\b/);
    await dock.getByRole('textbox', { name: 'Search the log' }).fill('');
    await expect.poll(() => log.innerText(), POLL).toMatch(/\b20000\b/);
    await dock.getByRole('combobox', { name: 'Time' }).selectOption('Everything');
    await press(dock, 'Export');
    await dock.getByRole('status').filter({ hasText: 'in logs/' }).waitFor();
    await keep('logs-exported-light');
    const exported = await readBucket();
    expect(exported.split('\n').filter((line) => /"line":"\d+"/.test(line)).length).toBeGreaterThanOrEqual(
      20_000,
    );
  });

  it('starts a process and restarts it', async () => {
    const opened = await card('Admin', 'light');
    await press(opened, 'Processes');
    const dock = page.getByTestId('toposcope-dock');
    const field = dock.getByRole('textbox', { name: 'Command to start in the container' });
    await field.fill(`sleep 777`);
    await field.press('Enter');
    await dock.getByText('sleep has been started.').waitFor();
    const row = dock.getByRole('row').filter({ hasText: 'sleep 777' });
    await row.waitFor();
    const pid = async (): Promise<string> => row.locator('td').first().innerText();
    const before = await pid();
    await keep('processes-light');
    await row.getByRole('button', { name: /Restart/ }).click();
    await press(page.getByRole('dialog'), 'Restart');
    await dock.getByText('sleep has been restarted.').waitFor();
    await expect.poll(pid, POLL).not.toBe(before);
    await field.fill('no-such-program');
    await field.press('Enter');
    await dock.getByText(/no-such-program/).waitFor();
  });

  it('removes a container only after a yes', async () => {
    const opened = await card('Admin');
    await press(opened, 'Remove');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('it cannot be taken back').waitFor();
    await keep('remove-question');
    await press(dialog, 'Cancel');
    await dialog.waitFor({ state: 'detached' });
    expect(await state()).toBe('running');
    await press(opened, 'Remove');
    await press(dialog, 'Remove');
    await opened.getByText(`${NAME} has been removed.`).waitFor();
    await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  async function readBucket(): Promise<string> {
    const client = new S3Client({ region: 'us-east-1', endpoint: bucketUrl, forcePathStyle: true });
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'logs' }));
    const object = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: Contents[0]?.Key ?? '' }));
    const bytes = await object.Body?.transformToByteArray();
    client.destroy();
    return gunzipSync(bytes ?? new Uint8Array()).toString();
  }
});

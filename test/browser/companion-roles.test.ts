import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Locator } from 'playwright-core';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogBucket } from '../../companion/src/gateway/log-bucket.js';
import type { Role } from '../../companion/src/protocol/tiers.js';
import { POLL, press, useCompanionPage } from '../engines/companion-page.js';
import { freePort } from '../engines/free-port.js';

const POLICY = `
rules:
  - { allow: '*', role: Admin }
  - { allow: [start, stop, restart, pause, unpause, export-logs], role: Editor }
actions:
  - { name: greet, label: Greet, icon: comment-alt, command: [sh, -c, 'echo hello from $0; exit 3', greet], tier: operate, confirm: true, role: Editor }
`;
const OBSERVES = ['Logs', 'Processes'];
const OPERATES = ['Restart', 'Pause', 'Stop', 'Greet'];
const ASKED = ['Restart', 'Pause', 'Stop'];
/** What may be done is asked for so often. */
const ASKED_AGAIN_MS = 15_000;
const PROGRAM =
  'seq 1 20000; echo "a problem" >&2; printf "\\033[32mgreen line\\033[0m\\n"; ' +
  'trap "exit 0" TERM; while :; do echo tick; sleep 1 & wait; done';

describe('what each role may do, pressed in the panel', () => {
  let folder: string;
  let s3: S3rver;
  let bucketUrl: string;

  beforeAll(async () => {
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
  });
  afterAll(async () => {
    await s3.close();
    await rm(folder, { recursive: true, force: true });
  });
  const at = useCompanionPage({ name: 'roles', program: PROGRAM }, () => ({
    policy: POLICY,
    bucket: new LogBucket({ bucket: 'logs', prefix: '', region: 'us-east-1', endpoint: bucketUrl }),
  }));

  const buttonsOf = (within: Locator): Promise<string[]> =>
    within
      .getByRole('group', { name: `What can be done to ${at.name}` })
      .getByRole('button')
      .allInnerTexts();
  const state = async (): Promise<string> => (await at.container.inspect()).State.Status;

  it.each<[Role, readonly string[]]>([
    ['Viewer', OBSERVES],
    ['Editor', [...OBSERVES, ...OPERATES]],
    ['Admin', ['Logs', 'Terminal', 'Attach', 'Processes', ...OPERATES, 'Remove']],
  ])('%s sees the buttons of the policy, and no others', async (role, buttons) => {
    const opened = await at.card(role);
    await expect.poll(() => buttonsOf(opened), POLL).toEqual(buttons);
  });

  it('shows a Viewer labels and environment when asked to, without a value of the environment', async () => {
    const opened = await at.card('Viewer');
    await press(opened, 'Show labels and environment');
    const environment = opened.getByRole('table', { name: /^Environment/ });
    expect(await environment.getByRole('row', { name: /^PATH/ }).innerText()).toMatch(/^PATH\s+\*\*\*$/);
    expect(await at.seriousFindings('[data-testid="toposcope-card"]')).toEqual([]);
    await at.keep('settings');
    await press(opened, 'Hide labels and environment');
    expect(await environment.count()).toBe(0);
  });

  it('loses and gets buttons when the policy changes', async () => {
    await at.page.clock.install();
    const opened = await at.card('Editor');
    await expect.poll(() => buttonsOf(opened), POLL).toContain('Stop');
    at.stack.gateway.setPolicy('');
    await at.page.clock.fastForward(ASKED_AGAIN_MS);
    await expect.poll(() => buttonsOf(opened), POLL).toEqual(OBSERVES);
    at.stack.gateway.setPolicy(POLICY);
    await at.page.clock.fastForward(ASKED_AGAIN_MS);
    await expect.poll(() => buttonsOf(opened), POLL).toContain('Stop');
  });

  it('pauses, resumes, stops, starts and restarts, as the engine tells, with the buttons of each state', async () => {
    const opened = await at.card('Editor');
    const startedAt = async () => (await at.container.inspect()).State.StartedAt;
    const before = await startedAt();
    for (const [button, becomes, buttons] of [
      ['Pause', 'paused', ['Logs', 'Processes', 'Resume', 'Restart', 'Stop']],
      ['Resume', 'running', [...OBSERVES, ...OPERATES]],
      ['Stop', 'exited', ['Logs', 'Start', 'Restart']],
      ['Start', 'running', [...OBSERVES, ...OPERATES]],
    ] as const) {
      await press(opened, button);
      if (ASKED.includes(button)) {
        await at.page.getByText(`${button} the container ${at.name}?`).waitFor();
        expect(await state()).toBe('running');
        await press(at.page.getByRole('dialog'), button);
      }
      await expect.poll(state, POLL).toBe(becomes);
      await expect.poll(() => buttonsOf(opened), POLL).toEqual(buttons);
    }
    const stopped = await startedAt();
    expect(stopped).not.toBe(before);
    await press(opened, 'Restart');
    await press(at.page.getByRole('dialog'), 'Restart');
    await opened.getByText(`${at.name} has been restarted.`).waitFor();
    expect(await startedAt()).not.toBe(stopped);
  });

  it("runs the policy's own action after a question, and shows what it printed", async () => {
    const opened = await at.card('Editor', 'light');
    await press(opened, 'Greet');
    await at.page.getByRole('dialog').getByText(`Greet, in the container ${at.name}?`).waitFor();
    await at.keep('custom-question-light');
    await press(at.page.getByRole('dialog'), 'Greet');
    await opened.getByText('hello from greet').waitFor();
  });

  it('follows a log, bounds it in time, searches it, saves it, and exports it to the bucket', async () => {
    const opened = await at.card('Editor', 'light');
    await press(opened, 'Logs');
    const dock = at.page.getByTestId('toposcope-dock');
    const log = at.page.getByRole('log');
    await expect.poll(() => log.innerText(), POLL).toMatch(/\b20000\b/);
    const ticks = async () => ((await log.innerText()).match(/tick/g) ?? []).length;
    const seen = await ticks();
    await expect.poll(ticks, POLL).toBeGreaterThan(seen);
    await at.keep('logs-light');
    await dock.getByText('Live', { exact: true }).waitFor();
    await press(dock, 'Pause');
    await dock.getByText('Paused', { exact: true }).waitFor();
    await press(dock, 'Follow');
    await dock.getByText('Live', { exact: true }).waitFor();
    await dock.getByRole('combobox', { name: 'Time' }).selectOption('Last 5 minutes');
    for (const text of ['a problem', 'green line']) {
      await dock.getByRole('textbox', { name: 'Search the log' }).fill(text);
      await expect.poll(() => log.locator('mark').first().textContent(), POLL).toBe(text);
    }
    await dock.getByRole('textbox', { name: 'Search the log' }).fill('1999');
    await expect.poll(() => log.innerText(), POLL).toMatch(/\b1999\n[^]*\b11999\n[^]*\b19990\b/);
    const [download] = await Promise.all([
      at.page.waitForEvent('download'),
      at.page.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^${at.name}-.*\\.txt$`));
    const saved = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
    expect(saved.length).toBeGreaterThanOrEqual(12);
    expect(saved.every((line) => /^\S+Z \d*1999\d*$/.test(line))).toBe(true);
    await dock.getByRole('textbox', { name: 'Search the log' }).fill('');
    await expect.poll(() => log.innerText(), POLL).toMatch(/\b20000\b/);
    await dock.getByRole('combobox', { name: 'Time' }).selectOption('Everything');
    await at.page.evaluate(REMEMBER_WHAT_IS_SENT);
    await press(dock, 'Export');
    await dock.getByRole('status').filter({ hasText: 'in logs/' }).waitFor();
    expect(await at.page.evaluate('window.sent')).toContainEqual(expect.stringMatching(/sent …$/));
    await at.keep('logs-exported-light');
    const exported = await readBucket();
    expect(exported.split('\n').filter((line) => /"line":"\d+"/.test(line)).length).toBeGreaterThanOrEqual(
      20_000,
    );
  });

  it('is a log in Explore too, for a time and live, and is left with the page', async () => {
    const { page } = at;
    await page.goto(`${await at.stack.urlFor('Viewer')}/#/explore`);
    await page.getByRole('radio', { name: 'Container log' }).check();
    for (const [field, value] of [
      ['host', hostname()],
      ['container', at.name],
    ] as const) {
      const input = page.locator(`#toposcope-log-${field}-A`);
      await input.fill(value);
      await page.getByText(value, { exact: true }).first().waitFor();
      await input.press('Enter');
    }
    const lines = page.getByRole('region', { name: at.name });
    await lines.waitFor();
    expect(await lines.innerText()).toContain(`host=${hostname()}, container=${at.name}, stream=std`);
    const [newest = '', older = ''] = await lines.locator('tbody tr').allInnerTexts();
    expect(newest.slice(0, 19) >= older.slice(0, 19)).toBe(true);
    await page.getByRole('button', { name: 'Zoom out time range' }).click();
    await expect.poll(() => page.url()).toMatch(/from=\d+&to=\d+#\/explore/);
    const ticks = async () => ((await lines.innerText()).match(/tick/g) ?? []).length;
    await press(page.getByRole('main'), 'Live');
    await expect.poll(ticks, POLL).toBeGreaterThan(0);
    const before = await ticks();
    await expect.poll(ticks, POLL).toBeGreaterThan(before);
    await at.keep('explore-live');
    await page.goto('about:blank');
    const follows = async () =>
      (await at.stack.gateway.audit()).filter(({ arguments: given }) => isFollow(given)).at(-1);
    await expect.poll(follows, POLL).toMatchObject({ action: 'logs', outcome: 'done', reason: /left/ });
  });

  it.each(['dark', 'light'] as const)('can be read by everybody: dock and questions, %s', async (theme) => {
    const opened = await at.card('Admin', theme);
    const group = opened.getByRole('group', { name: `What can be done to ${at.name}` });
    const dock = at.page.getByTestId('toposcope-dock');
    for (const [tool, text] of [
      ['Logs', 'green line'],
      ['Processes', 'sleeping'],
      ['Terminal', '#'],
    ] as const) {
      await press(group, tool);
      if (tool === 'Logs') {
        // A line of each stream and colour, with what is found marked: thousands tell no more.
        await dock.getByRole('textbox', { name: 'Search the log' }).fill('e');
      }
      await expect.poll(() => dock.innerText(), POLL).toContain(text);
      expect(await at.seriousFindings('[data-testid="toposcope-dock"]')).toEqual([]);
    }
    for (const question of ['Greet', 'Remove']) {
      await press(group, question);
      await at.page.getByRole('dialog').waitFor();
      expect(await at.seriousFindings('[role="dialog"]')).toEqual([]);
      await press(at.page.getByRole('dialog'), 'Cancel');
    }
  });

  it('starts a process, restarts it, and signals it after a question', async () => {
    const opened = await at.card('Admin', 'light');
    await press(opened, 'Processes');
    const dock = at.page.getByTestId('toposcope-dock');
    const field = dock.getByRole('textbox', { name: 'Command to start in the container' });
    await field.fill(`sleep 777`);
    await field.press('Enter');
    await dock.getByText('sleep has been started.').waitFor();
    const row = dock.getByRole('row').filter({ hasText: 'sleep 777' });
    await row.waitFor();
    const pid = async (): Promise<string> => row.locator('td').first().innerText();
    const before = await pid();
    await at.keep('processes-light');
    await row.getByRole('button', { name: /Restart/ }).click();
    await press(at.page.getByRole('dialog'), 'Restart');
    await dock.getByText('sleep has been restarted.').waitFor();
    await expect.poll(pid, POLL).not.toBe(before);
    await row.getByRole('combobox', { name: /^Send a signal to sleep/ }).selectOption('TERM');
    await press(at.page.getByRole('dialog'), 'Send TERM');
    await dock.getByText('TERM was sent to sleep.').waitFor();
    await row.waitFor({ state: 'detached' });
    await field.fill('no-such-program');
    await field.press('Enter');
    await dock.getByText(/no-such-program/).waitFor();
  });

  it('removes a container only after a yes', async () => {
    const opened = await at.card('Admin');
    await press(opened, 'Remove');
    const dialog = at.page.getByRole('dialog');
    await dialog.getByText('it cannot be taken back').waitFor();
    await at.keep('remove-question');
    await press(dialog, 'Cancel');
    await dialog.waitFor({ state: 'detached' });
    expect(await state()).toBe('running');
    await press(opened, 'Remove');
    await press(dialog, 'Remove');
    await opened.getByText(`${at.name} has been removed.`).waitFor();
    await expect(at.container.inspect()).rejects.toMatchObject({ statusCode: 404 });
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

/** What is written beside the export's button, however soon it is written over. */
const REMEMBER_WHAT_IS_SENT = `
  window.sent = [];
  new MutationObserver(() => {
    for (const status of document.querySelectorAll('[data-testid="toposcope-dock"] [role="status"]')) {
      window.sent.push(status.textContent);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });`;

function isFollow(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'follow' in given;
}

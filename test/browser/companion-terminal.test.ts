import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { playAsciicast } from '../engines/asciicast-player.js';
import { POLL, press, useCompanionPage } from '../engines/companion-page.js';
import { openCard } from '../engines/companion-stack.js';

const PROGRAM = 'while :; do echo heartbeat; sleep 1; done';

describe('a terminal in the panel', () => {
  let recordings: string;
  beforeAll(async () => {
    recordings = await mkdtemp(path.join(tmpdir(), 'recordings-'));
  });
  afterAll(() => rm(recordings, { recursive: true, force: true }));
  const at = useCompanionPage({ name: 'terminal', program: PROGRAM }, () => ({
    policy: "rules: [{ allow: '*' }]",
    recordings,
  }));
  let card: Locator;
  /** What the page's WebSockets have carried to the browser, and how much of it the browser has said to have shown. */
  let received: Buffer[];
  let shown: number;

  beforeEach(async () => {
    received = [];
    shown = 0;
    at.page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        received.push(typeof payload === 'string' ? Buffer.alloc(0) : payload);
      });
      socket.on('framesent', ({ payload }) => {
        shown += typeof payload === 'string' ? shownIn(payload) : 0;
      });
    });
    card = await at.card('Admin');
    await press(card, 'Terminal');
    await shows(/# $/);
  });

  const screenOf = async (where: Page): Promise<string> =>
    (await where.getByTestId('toposcope-terminal').innerText()).replaceAll('\u00a0', ' ').trimEnd() + ' ';
  const shows = (text: string | RegExp, where = at.page): Promise<void> =>
    expect.poll(() => screenOf(where), POLL).toMatch(text);
  const enter = (line: string, where = at.page): Promise<void> => where.keyboard.type(`${line}\n`);
  /** Rows and columns as the program sees them that answers each line with them. */
  const size = async (line: string): Promise<number[]> => {
    await enter(line);
    const pattern = new RegExp(`${line}-(\\d+) (\\d+)-`);
    await shows(pattern);
    return (pattern.exec(await screenOf(at.page)) ?? []).slice(1).map(Number);
  };
  const paste = (text: string): Promise<unknown> =>
    at.page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', ${JSON.stringify(text)});
      document.querySelector('[data-testid="toposcope-terminal"] textarea')
        .dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }`);

  it('shows UTF-8, colours and bytes that are no text, and 10 MB without losing one', async () => {
    await enter(`printf '\\033[31mr\\303\\266t\\033[0m 日本 \\377\\001.\\n'`);
    await shows(/röt 日本/);
    const red = at.page.getByTestId('toposcope-terminal').locator('.xterm-fg-1', { hasText: 'röt' });
    expect(await red.count()).toBe(1);
    await enter('seq 1 1450000 > /tmp/ten; wc -c < /tmp/ten; cat /tmp/ten; echo do""ne');
    await shows(/1449998\s+1449999\s+1450000\s+done/);
    const bytes = Buffer.concat(received);
    const numbers = Array.from({ length: 1_450_000 }, (_, index) => `${index + 1}\r\n`).join('');
    expect(bytes.includes(numbers)).toBe(true);
    // It says so for each eighth of a window of 1 MiB.
    expect(shown).toBeGreaterThan(bytes.length - 2 ** 17);
    await enter('clear; echo still-$((40+2))');
    await shows('still-42');
  });

  it('stays through a refresh of the dashboard and a visit to another page, and asks before the page is left', async () => {
    await enter('kept=yes');
    await at.page.getByRole('button', { name: 'Refresh', exact: true }).first().click();
    await at.page.getByTestId('toposcope-terminal').click();
    await enter('echo refresh-$kept');
    await shows('refresh-yes');
    await at.page.getByRole('link', { name: 'Explore' }).click();
    await at.page.getByRole('heading', { name: 'Explore' }).waitFor();
    await at.page.getByRole('link', { name: 'Topology' }).click();
    await at.page.getByTestId('toposcope-terminal').click();
    await enter('echo visit-$kept');
    await shows('visit-yes');
    const [question] = await Promise.all([
      at.page.waitForEvent('dialog'),
      at.page.evaluate('void setTimeout(() => location.reload())'),
    ]);
    expect(question.type()).toBe('beforeunload');
    await question.dismiss();
    await at.page.getByTestId('toposcope-terminal').click();
    await enter('echo stayed-$kept');
    await shows('stayed-yes');
  });

  it('follows the size of its dock, and of a window of its own, and comes back from there', async () => {
    // After a change of size the shell asks the terminal where its cursor is: the answer could fall into what is typed.
    await enter('while read line; do echo $line-$(stty size)-; done');
    const [rows = 0, columns = 0] = await size('docked');
    const handle = at.page.getByRole('separator', { name: 'Height of the terminals and logs' });
    const box = await handle.boundingBox();
    await at.page.mouse.move(640, (box?.y ?? 0) + 3);
    await at.page.mouse.down();
    await at.page.mouse.move(640, (box?.y ?? 0) - 150, { steps: 5 });
    await at.page.mouse.up();
    await at.page.getByTestId('toposcope-terminal').click();
    await expect.poll(async () => (await size(`taller${Date.now()}`))[0], POLL).toBeGreaterThan(rows + 3);

    const [popup] = await Promise.all([
      at.page.waitForEvent('popup'),
      at.page.getByRole('button', { name: 'Open in a window of its own' }).click(),
    ]);
    await at.page.getByText('This terminal is in a window of its own.').waitFor();
    await popup.getByTestId('toposcope-terminal').click();
    await enter('out', popup);
    await shows(/out-\d+ \d+-/, popup);
    await popup.close();
    await shows(/out-\d+ \d+-/);
    await at.page.getByTestId('toposcope-terminal').click();
    const [, back = 0] = await size('back');
    expect(Math.abs(back - columns)).toBeLessThanOrEqual(1);
  });

  it('asks before several lines are pasted, unless the program takes them as pasted, or it is told not to', async () => {
    await paste('echo one-$((40+2))\n');
    await shows('one-42');
    await paste('echo two-$((40+2))\necho three-$((40+2))\n');
    const question = at.page.getByRole('status').filter({ hasText: 'Paste 2 lines?' });
    await question.waitFor();
    await at.keep('paste-question');
    await press(question, 'Cancel');
    await question.waitFor({ state: 'detached' });
    await paste('echo four-$((40+2))\necho five-$((40+2))\n');
    await press(question, 'Paste, and do not ask again here');
    await shows(/four-42[^]*five-42/);
    expect(await screenOf(at.page)).not.toContain('two-42');
    await paste('echo six-$((40+2))\necho seven-$((40+2))\n');
    await shows(/six-42[^]*seven-42/);
    await press(at.page.getByTestId('toposcope-dock'), 'Close all');
    await press(card, 'Terminal');
    await shows(/# $/);
    await enter(`printf '\\033[?2004h'; echo bracket""ed; cat`);
    await shows('bracketed');
    await paste('pasted\nas it is\n');
    await shows(/200~pasted\s+as it is/);
  });

  it('ends with a word when its program ends, and when the gateway stops, and opens again', async () => {
    await enter('exit 3');
    await at.page.getByText('The program ended with exit code 3.').waitFor();
    await press(at.page.getByTestId('toposcope-dock'), 'Open again');
    await at.page.getByText('The program ended with exit code 3.').waitFor({ state: 'detached' });
    await enter('echo second-$((40+2))');
    await shows('second-42');
    await at.stack.gateway.close();
    await at.page.getByText('The companion’s gateway has stopped.').waitFor();
    await at.keep('gateway-stopped');
    await at.stack.startGateway();
    await at.stack.connected();
    await at.page.getByRole('button', { name: 'Open again' }).click();
    // Typed at once: it waits until the program can read it.
    await enter('echo again-$((40+2))');
    await shows('again-42');
  });

  it("is also the container's own program, which goes on when it is left", async () => {
    await press(card, 'Attach');
    const attached = at.page.getByRole('region', { name: `Attached ${at.name}` });
    await expect.poll(() => attached.innerText(), POLL).toContain('heartbeat');
    await at.page.getByRole('button', { name: `Close Attached ${at.name}` }).click();
    await attached.waitFor({ state: 'detached' });
    const attempts = async () =>
      (await at.stack.gateway.audit()).filter(({ action }) => action === 'attach').at(-1);
    await expect.poll(attempts, POLL).toMatchObject({ outcome: 'done' });
    expect((await at.container.inspect()).State.Running).toBe(true);
  });

  it("is on the host itself, for those who may, by the host's card", async () => {
    await press(at.page.getByTestId('toposcope-dock'), 'Close all');
    const cardOfHost = async (role: 'Admin' | 'Editor') =>
      openCard(at.page, `${await at.stack.urlFor(role)}/?var-view=hosts`, hostname());
    await press(await cardOfHost('Admin'), 'Host shell');
    await shows(/# $/);
    await enter('echo agent-$PPID-');
    await shows(`agent-${process.pid}-`);
    await press(at.page.getByTestId('toposcope-dock'), 'Close all');
    const own = await cardOfHost('Editor');
    await own.getByText('Facts').waitFor();
    expect(await own.getByRole('button', { name: 'Host shell' }).count()).toBe(0);
  });

  it('is recorded so that asciinema plays it', async () => {
    await enter(`clear; printf '\\033[1;32mgreen\\033[0m r\\303\\266t 日本\\n'; echo played-$((40+2))`);
    await shows('played-42');
    const before = await screenOf(at.page);
    await press(at.page.getByTestId('toposcope-dock'), 'Close all');
    const texts = async () =>
      Promise.all((await readdir(recordings)).map((name) => readFile(path.join(recordings, name), 'utf8')));
    const recorded = async () => (await texts()).find((text) => text.includes('played-42'));
    await expect.poll(recorded, POLL).toBeDefined();
    const played = await playAsciicast(at.page, (await recorded()) ?? '');
    expect(played.slice(0, 2)).toEqual(
      before
        .split('\n')
        .slice(0, 2)
        .map((line) => line.trimEnd()),
    );
    expect(played.slice(0, 2)).toEqual(['green röt 日本', 'played-42']);
  });
});

/** How many bytes a client's message says to be on the screen. */
function shownIn(message: string): number {
  const { type, bytes = 0 } = JSON.parse(message) as { type: string; bytes?: number };
  return type === 'shown' ? bytes : 0;
}

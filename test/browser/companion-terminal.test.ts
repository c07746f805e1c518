import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { POLL, press, useCompanionPage } from '../engines/companion-page.js';

describe('a terminal in the panel', () => {
  const at = useCompanionPage({ name: 'terminal', program: 'sleep 3600' }, () => ({
    policy: "rules: [{ allow: '*' }]",
  }));

  beforeEach(async () => {
    await press(await at.card('Admin'), 'Terminal');
    await shows(/# $/);
  });

  const screenOf = async (where: Page): Promise<string> =>
    (await where.getByTestId('toposcope-terminal').innerText()).replaceAll('\u00a0', ' ').trimEnd() + ' ';
  const shows = (text: string | RegExp, where = at.page): Promise<void> =>
    expect.poll(() => screenOf(where), POLL).toMatch(text);
  const enter = (line: string, where = at.page): Promise<void> => where.keyboard.type(`${line}\n`);
  /** Rows and columns as the program sees them. */
  const size = async (marker: string): Promise<number[]> => {
    await enter(`echo ${marker}-$(stty size)-`);
    const pattern = new RegExp(`${marker}-(\\d+) (\\d+)-`);
    await shows(pattern);
    return (pattern.exec(await screenOf(at.page)) ?? []).slice(1).map(Number);
  };

  it('shows UTF-8, colours and bytes that are no text, and 10 MB to the last line', async () => {
    await enter(`printf '\\033[31mr\\303\\266t\\033[0m 日本 \\377\\001.\\n'`);
    await shows(/röt 日本/);
    const red = at.page.getByTestId('toposcope-terminal').locator('.xterm-fg-1', { hasText: 'röt' });
    expect(await red.count()).toBe(1);
    await enter('seq 1 1450000 > /tmp/ten; wc -c < /tmp/ten; cat /tmp/ten; echo do""ne');
    await shows(/1449998\s+1449999\s+1450000\s+done/);
    await enter('clear; echo still-$((40+2))');
    await shows('still-42');
  });

  it('stays through a refresh of the dashboard and a visit to another page', async () => {
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
  });

  it('follows the size of its dock, and of a window of its own, and comes back from there', async () => {
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
    await enter('echo out-$((40+2))', popup);
    await shows('out-42', popup);
    await popup.close();
    await shows('out-42');
    await at.page.getByTestId('toposcope-terminal').click();
    const [, back = 0] = await size('back');
    expect(Math.abs(back - columns)).toBeLessThanOrEqual(1);
  });

  it('ends with a word when the gateway stops, and opens again when it is back', async () => {
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
});

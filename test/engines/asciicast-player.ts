import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const PLAYER = createRequire(import.meta.url).resolve('asciinema-player/dist/bundle/asciinema-player.min.js');

/** Plays a recording to its end with asciinema's own player; the lines of the last screen. */
export async function playAsciicast(page: Page, recording: string): Promise<string[]> {
  await page.setContent('<div id="player"></div>');
  await page.addScriptTag({ path: PLAYER });
  await page.evaluate(`new Promise((ended, failed) => {
    const player = AsciinemaPlayer.create({ data: ${JSON.stringify(recording)} }, document.getElementById('player'), {
      idleTimeLimit: 0.1, speed: 20, fit: false,
    });
    player.addEventListener('ended', ended);
    player.play().catch(failed);
  })`);
  // It says that it has ended before it has drawn the last lines, which it does in the browser's next frame.
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  const lines = await page.locator('.ap-line').allInnerTexts();
  return lines.map((line) => line.replaceAll('\u00a0', ' ').trimEnd());
}

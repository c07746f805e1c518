import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { startChromium } from '../engines/chromium.js';
import { serveHarness } from '../engines/harness-page.js';

const PANEL = path.resolve(import.meta.dirname, '../../grafana-panel');
const RUNS = 5;
const FRAMES = 120;

/**
 * Layout, drawing and hit tests of the panel in Chromium with software rendering, and the size of its bundle. What is
 * measured, and how, is in grafana-panel/harness/bench.ts; 1,000 nodes come with 2,000 edges, 10,000 with 30,000.
 */
export async function run(): Promise<Record<string, number>> {
  const page = await serveHarness('bench');
  const browser = await startChromium();
  try {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await tab.goto(page.url);
    await tab.waitForFunction('"panelBench" in window');
    const pan1k = await repeated<Pan>(tab, `pan(1000, 2000, ${FRAMES})`);
    const pan10k = await repeated<Pan>(tab, `pan(10000, 30000, ${FRAMES})`);
    return {
      layout_300_ms: median(await repeated<number>(tab, 'layout(300, 600)')),
      layout_1000_ms: median(await repeated<number>(tab, 'layout(1000, 2000)')),
      first_draw_10k_ms: median(await repeated<number>(tab, 'firstDraw(10000, 30000)')),
      script_frame_p95_ms: median(pan10k.map(({ script }) => script)),
      frame_p95_1k_ms: median(pan1k.map(({ frame }) => frame)),
      frame_p95_10k_ms: median(pan10k.map(({ frame }) => frame)),
      hit_test_ms: median(await repeated<number>(tab, 'hitTest(10000, 30000)')),
      bundle_gzip_kb: await bundleSize(),
    };
  } finally {
    await browser.close();
    page.close();
  }
}

interface Pan {
  readonly script: number;
  readonly frame: number;
}

async function repeated<Figure>(tab: Page, call: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (let round = 0; round < RUNS; round++) {
    figures.push(await tab.evaluate<Figure>(`panelBench.${call}`));
  }
  return figures;
}

async function bundleSize(): Promise<number> {
  await promisify(execFile)('npm', ['run', 'build'], { cwd: PANEL });
  return Math.round(gzipSync(await readFile(path.join(PANEL, 'dist/module.js'))).length / 102.4) / 10;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) * 1000) / 1000;
}

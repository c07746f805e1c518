import path from 'node:path';
import { createRequire } from 'node:module';
import { defineConfig, devices } from '@playwright/test';
import type { PluginOptions } from '@grafana/plugin-e2e';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../engines/chromium.js';
import { GRAFANA_URL } from './grafana.js';

const LOGIN = path.join(path.dirname(createRequire(import.meta.url).resolve('@grafana/plugin-e2e')), 'auth');
const desktop = {
  ...devices['Desktop Chrome'],
  launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS },
};

/**
 * What only a real Grafana can show: docs/contributing.md. Without GRAFANA_URL every test is skipped by its name, and
 * nobody logs in.
 */
// eslint-disable-next-line no-restricted-syntax -- Playwright reads the default export.
export default defineConfig<PluginOptions>({
  testDir: '.',
  testMatch: /\.spec\.ts$/,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 60_000 },
  outputDir: path.resolve(import.meta.dirname, '../../artefacts/grafana'),
  ...(GRAFANA_URL === undefined ? {} : { use: { baseURL: GRAFANA_URL, screenshot: 'on' } }),
  projects:
    GRAFANA_URL === undefined
      ? [{ name: 'grafana' }]
      : [
          { name: 'login', testDir: LOGIN, testMatch: /.*\.js/ },
          {
            name: 'grafana',
            use: { ...desktop, storageState: path.resolve('playwright/.auth/admin.json') },
            dependencies: ['login'],
          },
        ],
});

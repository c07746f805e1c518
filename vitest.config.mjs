import { configDefaults, defineConfig } from 'vitest/config';

const shared = {
  resolve: { conditions: ['toposcope-source'] },
  ssr: { resolve: { conditions: ['toposcope-source'] } },
};

/** Integration tests that need no container engine and measure nothing of the host: they run beside those that do. */
const WITHOUT_ENGINE = [
  'companion-cli',
  'companion-kubernetes',
  'dashboards',
  'install-documents',
  'install-orchestrators',
  'install-packages',
  'kubernetes-views',
  'rules',
  'topology-*',
  'viewer-*',
].map((name) => `test/integration/${name}.test.ts`);
/** Browser tests of the panel alone, on a page of their own: likewise. */
const PANEL = ['test/browser/panel*.test.ts'];

const slow = {
  setupFiles: ['test/engines/end-with-the-run.ts'],
  testTimeout: 120_000,
  // Real engines on busy machines: a fault that is ours fails each time.
  retry: 2,
  hookTimeout: 180_000,
  fileParallelism: false,
};
const withEngine = { ...slow, globalSetup: ['test/engines/global-engine.ts'] };

/**
 * `unit` needs nothing but Node.js; `programs` Debian's programs and our built ones; `integration` real engines and root
 * besides; `panel` Chromium; `browser` Chromium, engines and the built plugins.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/closing-line-reporter.mjs'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: [
            '{exporter,companion,grafana-datasource,grafana-panel,compose,dashboards}/**/src/**/*.test.{ts,tsx}',
            'test/unit/**/*.test.ts',
          ],
          exclude: [...configDefaults.exclude, '**/dist/**'],
          // It imports packages by paths that only a bundler resolves.
          server: { deps: { inline: [/@grafana\/data/] } },
        },
      },
      {
        ...shared,
        test: { ...slow, name: 'programs', include: WITHOUT_ENGINE },
      },
      {
        ...shared,
        test: {
          ...withEngine,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...WITHOUT_ENGINE],
        },
      },
      {
        ...shared,
        test: { ...slow, name: 'panel', include: PANEL },
      },
      {
        ...shared,
        test: {
          ...withEngine,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...PANEL],
        },
      },
    ],
  },
});

import { configDefaults, defineConfig } from 'vitest/config';

const shared = {
  resolve: { conditions: ['toposcope-source'] },
  ssr: { resolve: { conditions: ['toposcope-source'] } },
};

/** `unit` needs nothing but Node.js; `integration` real engines and root; `browser` Chromium and the built plugins. */
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
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/engines/global-engine.ts'],
          setupFiles: ['test/engines/end-with-the-run.ts'],
          testTimeout: 120_000,
          // Real engines on busy machines: a fault that is ours fails each time.
          retry: 2,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/engines/global-engine.ts'],
          setupFiles: ['test/engines/end-with-the-run.ts'],
          testTimeout: 120_000,
          // Real engines on busy machines: a fault that is ours fails each time.
          retry: 2,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

import { configDefaults, defineConfig } from 'vitest/config';

const shared = {
  resolve: { conditions: ['toposcope-source'] },
  ssr: { resolve: { conditions: ['toposcope-source'] } },
};

/**
 * Integration tests that need no container engine, or start one of their own, and measure nothing of the host: they run
 * beside those that share this machine's.
 */
const WITHOUT_SHARED_ENGINE = [
  'companion-cli',
  'companion-hosts',
  'companion-kubernetes*',
  'companion-swarm',
  'connections-listeners',
  'dashboards',
  'exporter-containerd',
  'exporter-engine',
  'exporter-podman',
  'exporter-podman-rootless',
  'exporter-swarm',
  'exporter-web',
  'hosts',
  'install-architectures',
  'install-documents',
  'install-orchestrators',
  'install-packages',
  'install-scrape-configs',
  'install-secrets',
  'kubernetes-views',
  'npm-start',
  'rules',
  'topology-*',
  'viewer-*',
].map((name) => `test/integration/${name}.test.ts`);
/** They do a great deal to one engine, and nothing to its networks: it is one that nobody else uses. */
const COMPANION = ['companion-actions', 'companion-gateway', 'companion-load', 'companion-tunnel'].map(
  (name) => `test/integration/${name}.test.ts`,
);
/** Browser tests without a container engine, of the panel on a page of its own or in the viewer: likewise. */
const PANEL = ['test/browser/panel*.test.ts'];

const slow = {
  setupFiles: ['test/engines/end-with-the-run.ts'],
  testTimeout: 120_000,
  // Real engines on busy machines: a fault that is ours fails each time.
  retry: 2,
  hookTimeout: 300_000,
  fileParallelism: false,
};
const sharingEngine = { ...slow, globalSetup: ['test/engines/global-engine.ts'] };

/**
 * `unit` needs nothing but Node.js; `programs` Debian's programs and our built ones, and root for engines of their own;
 * `companion` root and dockerd; `integration` root, this machine's engine and our built programs; `panel` Chromium, Prometheus and the build;
 * `browser` Chromium, that engine and the built plugins.
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
          // Some start processes, and a machine may be busy.
          testTimeout: 30_000,
          // It imports packages by paths that only a bundler resolves.
          server: { deps: { inline: [/@grafana\/data/] } },
        },
      },
      {
        ...shared,
        test: { ...slow, name: 'programs', include: WITHOUT_SHARED_ENGINE },
      },
      {
        ...shared,
        test: {
          ...slow,
          name: 'companion',
          globalSetup: ['test/engines/global-own-engine.ts'],
          include: COMPANION,
        },
      },
      {
        ...shared,
        test: {
          ...sharingEngine,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...WITHOUT_SHARED_ENGINE, ...COMPANION],
        },
      },
      {
        ...shared,
        test: { ...slow, name: 'panel', include: PANEL },
      },
      {
        ...shared,
        test: {
          ...sharingEngine,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...PANEL],
        },
      },
    ],
  },
});

import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { removeDemo } from './demo/demo.js';
import { startCompanion, type Companion } from './companion/start-companion.js';
import { localUser } from './companion/local-user.js';
import { findEngine, type EngineState } from './engine.js';
import type { Options } from './options.js';
import { checkPorts, type WantedPort } from './ports.js';
import { startChild } from './processes/child.js';
import type { ProcessIdentity } from './processes/process-identity.js';
import { findPrometheus } from './prometheus/find-prometheus.js';
import { checkRunningPrometheus } from './prometheus/running-prometheus.js';
import { prometheusConfig } from './prometheus/scrape-config.js';
import type { StackContext } from './stack-context.js';
import { openStateFolder, type StateFolder } from './state-folder.js';
import { buildViewer } from './viewer/build-viewer.js';
import type { GrafanaUser } from './viewer/grafana-user.js';
import { ownNames } from './viewer/same-site.js';
import { createViewerServer } from './viewer/viewer-app.js';
import { waitUntilReady } from './wait-until-ready.js';

const EXPORTER_READY_MS = 20_000;
const PROMETHEUS_READY_MS = 60_000;
const LOOPBACK = '127.0.0.1';
/**
 * Prometheus marks nothing as gone when it ends: what it saw last would be drawn beside what is there after the next
 * start, for five minutes. Six scrapes are enough for one that fails.
 */
const LOOKBACK = '30s';

/** What runs, once everything answers. */
export interface Stack {
  readonly viewerUrl: string;
  readonly prometheusUrl: string;
  readonly exporterUrl: string;
  /** Where it listens and as whom the viewer's user comes, or why there is none. */
  readonly companion: string;
  readonly engine: EngineState;
  readonly main: ProcessIdentity;
  readonly stateDir: string;
  /** Rejects when a part ends by itself. */
  readonly failed: Promise<never>;
}

/** Starts exporter, Prometheus and viewer, in this order; throws a StartError that says what is in the way. */
export async function startStack(options: Options, context: StackContext): Promise<Stack> {
  const state = await openStateFolder(options.stateDir);
  context.onStop(() => state.release());
  await checkPorts(wantedPorts(options));
  if (options.prometheusUrl !== undefined) {
    await checkRunningPrometheus(options.prometheusUrl);
  }
  buildViewer(options.grafana, context.repository, context.say);
  const engine = await findEngine(context.env);
  if (engine.answers) {
    // What a killed run left of the demo must not be in the picture, so it goes before the exporter can see it.
    await removeDemo(engine.docker, state.main);
  }

  const exporter = await startExporter(options, state, context);
  const prometheus =
    options.prometheusUrl === undefined
      ? await startPrometheus(options, state, context)
      : { url: options.prometheusUrl, failed: new Promise<never>(() => undefined) };
  context.signal.throwIfAborted();
  const companion = options.companion ? await startCompanion(options, state, context) : undefined;
  const user = localUser(options);
  const viewer = await startViewer(options, { prometheusUrl: prometheus.url, companion, user }, context);

  const failed = Promise.race([
    exporter.failed,
    prometheus.failed,
    ...(companion === undefined ? [] : [companion.failed]),
  ]);
  failed.catch(() => undefined);
  return {
    viewerUrl: viewer,
    prometheusUrl: prometheus.url,
    exporterUrl: exporter.url,
    companion:
      companion === undefined
        ? 'none: it was left out by --no-companion'
        : `${companion.url}, you are ${user.login} with the role ${user.role}`,
    engine,
    main: state.main,
    stateDir: options.stateDir,
    failed,
  };
}

function wantedPorts(options: Options): WantedPort[] {
  return [
    { what: 'the viewer', flag: '--port', port: options.port, address: options.address },
    { what: 'the exporter', flag: '--exporter-port', port: options.exporterPort, address: LOOPBACK },
    ...(options.companion
      ? [{ what: 'the companion', flag: '--companion-port', port: options.companionPort, address: LOOPBACK }]
      : []),
    ...(options.prometheusUrl === undefined
      ? [{ what: 'Prometheus', flag: '--prometheus-port', port: options.prometheusPort, address: LOOPBACK }]
      : []),
  ];
}

interface Part {
  readonly url: string;
  readonly failed: Promise<never>;
}

async function startExporter(options: Options, state: StateFolder, context: StackContext): Promise<Part> {
  const address = `${LOOPBACK}:${options.exporterPort}`;
  const url = `http://${address}`;
  const child = await startChild({
    name: 'The exporter',
    command: process.execPath,
    args: [
      path.join(context.repository, 'exporter/dist/main.js'),
      '--web.listen-address',
      address,
      ...socketOption(context.env.DOCKER_HOST),
    ],
    logFile: state.file('exporter.log'),
  });
  context.onStop(() => child.stop());
  await state.remember(child.identity);
  const ready = waitUntilReady('The exporter', `${url}/healthz`, EXPORTER_READY_MS, context.signal);
  await Promise.race([ready, child.failed]);
  return { url, failed: child.failed };
}

/** The exporter looks at the usual sockets by itself, not at the variable of the docker command. */
function socketOption(dockerHost = ''): string[] {
  return dockerHost.startsWith('unix://') ? ['--runtime.docker', dockerHost.slice('unix://'.length)] : [];
}

async function startPrometheus(options: Options, state: StateFolder, context: StackContext): Promise<Part> {
  const program = await findPrometheus(context.env.PATH ?? '', state.file('programs'), context.say);
  const address = `${LOOPBACK}:${options.prometheusPort}`;
  const url = `http://${address}`;
  const configFile = state.file('prometheus.yml');
  const ruleFiles = path.join(context.repository, 'dashboards/rules/*.yaml');
  await writeFile(configFile, prometheusConfig(`${LOOPBACK}:${options.exporterPort}`, ruleFiles));
  const data = state.file('prometheus');
  await mkdir(data, { recursive: true });
  const child = await startChild({
    name: 'Prometheus',
    command: program,
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=${address}`,
      '--storage.tsdb.retention.time=7d',
      `--query.lookback-delta=${LOOKBACK}`,
    ],
    logFile: state.file('prometheus.log'),
  });
  context.onStop(() => child.stop());
  await state.remember(child.identity);
  const ready = waitUntilReady('Prometheus', `${url}/-/ready`, PROMETHEUS_READY_MS, context.signal);
  await Promise.race([ready, child.failed]);
  return { url, failed: child.failed };
}

interface ViewerParts {
  readonly prometheusUrl: string;
  readonly companion: Companion | undefined;
  readonly user: GrafanaUser;
}

async function startViewer(
  options: Options,
  { prometheusUrl, companion, user }: ViewerParts,
  context: StackContext,
): Promise<string> {
  const inRepository = (name: string) => path.join(context.repository, name);
  const server = createViewerServer({
    prometheusUrl,
    pageFolder: inRepository(`compose/viewer/dist/${options.grafana}`),
    pluginFolders: {
      'toposcope-topology-panel': inRepository('grafana-panel/dist'),
      'toposcope-topology-datasource': inRepository('grafana-datasource/dist'),
    },
    user,
    ownNames: ownNames(options.address),
    ...(companion === undefined ? {} : { companion }),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.address, resolve);
  });
  context.onStop(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { address, port } = server.address() as AddressInfo;
  return `http://${['127.0.0.1', '0.0.0.0', '::', '::1'].includes(address) ? 'localhost' : address}:${port}`;
}

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { readCommandLine } from './command-line.js';
import { createExporter, type Exporter } from './exporter.js';
import { writeExposition } from './exposition/text-format.js';
import { returnFreedMemory } from './kernel/freed-memory.js';
import { createLog } from './log.js';
import { formatUsableAddress, type Options } from './options.js';
import { missingRoot } from './roots.js';
import { createApplication } from './web/application.js';
import { createAuthenticate } from './web/basic-authentication.js';
import { listen } from './web/server.js';
import { watchWebConfig, type WebConfigSource } from './web/web-config.js';

/** Runtimes that do not answer must not keep the exporter from its port. */
const LONGEST_START_MS = 5_000;

const USAGE = 2;

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The whole program: reads the command line, prints or serves, and answers with the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const invocation = readCommandLine(args, process.env, manifest.version);
  if (invocation.kind !== 'run') {
    (invocation.kind === 'answer' ? process.stdout : process.stderr).write(invocation.text);
    return invocation.exitCode;
  }
  const { options } = invocation;
  const log = createLog(options.logLevel, options.logFormat);
  const problem = missingRoot(options);
  if (problem !== undefined) {
    log.error(problem);
    return USAGE;
  }
  let config: WebConfigSource;
  try {
    config = watchWebConfig(options.webConfigFile, log);
  } catch (error) {
    log.error(messageOf(error));
    return USAGE;
  }
  let exporter: Exporter;
  try {
    exporter = createExporter(options, log, manifest.version);
  } catch (error) {
    log.error(messageOf(error));
    return USAGE;
  }
  try {
    await Promise.race([exporter.ready, sleep(LONGEST_START_MS, undefined, { ref: false })]);
    await (options.once ? printOnce(exporter) : serve(exporter, options, config, log));
    return 0;
  } catch (error) {
    log.error(messageOf(error));
    return 1;
  } finally {
    await exporter.close();
  }
}

/** Prints one exposition. */
async function printOnce(exporter: Exporter): Promise<void> {
  const { blocks } = await exporter.scrape.run();
  if (!process.stdout.write(writeExposition(blocks, 'prometheus'))) {
    await once(process.stdout, 'drain');
  }
}

/** Serves until SIGINT or SIGTERM. */
async function serve(
  exporter: Exporter,
  options: Options,
  config: WebConfigSource,
  log: Logger,
): Promise<void> {
  const application = createApplication({
    scrape: exporter.scrape,
    telemetryPath: options.telemetryPath,
    host: options.hostName,
    version: manifest.version,
    authenticate: createAuthenticate(() => config.current().users),
    headers: () => config.current().headers,
    log,
  });
  const servers = await listen(application, options.listenAddresses, config);
  const scheme = config.current().tls === undefined ? 'http' : 'https';
  for (const address of servers.addresses) {
    log.info(`Serving metrics on ${scheme}://${formatUsableAddress(address)}${options.telemetryPath}`);
  }
  const keepFreedMemory = returnFreedMemory();
  const signal = await nextSignal();
  keepFreedMemory();
  log.info(`Ending on ${signal}`);
  await servers.close();
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, resolve);
    }
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

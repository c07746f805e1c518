import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeDemo, startDemo } from './demo/demo.js';
import { parseOptions, type Options } from './options.js';
import { askPrometheus } from './prometheus/prometheus-api.js';
import { startStack, type Stack } from './stack.js';
import { StartError } from './start-error.js';
import { describeStack } from './describe-stack.js';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const FIRST_SCRAPE_MS = 20_000;
const PARENT_POLL_MS = 1_000;

const options = parseOptions(process.argv.slice(2), process.env);
process.exitCode = await run(options);
// A keep-alive connection to Prometheus or the engine would otherwise hold the process for some seconds more.
process.exit();

async function run(options: Options): Promise<number> {
  const stopping = new AbortController();
  const interrupted = untilInterrupted(stopping);
  const stops: (() => Promise<void>)[] = [];
  try {
    const stack = await startStack(options, {
      repository: REPOSITORY,
      env: process.env,
      say,
      signal: stopping.signal,
      onStop: (stop) => stops.push(stop),
    });
    const demo = await demoOf(stack, options, (stop) => stops.push(stop));
    await waitForFirstScrape(stack, stopping.signal);
    say(describeStack(stack, options, demo));
    await Promise.race([interrupted, stack.failed]);
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) {
      return 0;
    }
    console.error(error instanceof StartError ? `\n${error.message}` : error);
    return 1;
  } finally {
    await stopAll(stops);
  }
}

/** Resolves on Ctrl-C, on TERM, on hang-up, and when the npm that runs us is gone. */
function untilInterrupted(stopping: AbortController): Promise<void> {
  return new Promise((resolve) => {
    const stop = (why: string) => {
      if (!stopping.signal.aborted) {
        say(`\n${why}: stopping …`);
        stopping.abort();
        resolve();
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => stop(signal));
    }
    if (process.env.npm_lifecycle_event !== undefined) {
      watchParent(() => stop('npm has ended'));
    }
  });
}

/** When npm, whose script we are, is killed, nobody could end us by Ctrl-C any more. */
function watchParent(gone: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) {
      gone();
    }
  }, PARENT_POLL_MS).unref();
}

async function demoOf(
  stack: Stack,
  options: Options,
  onStop: (stop: () => Promise<void>) => void,
): Promise<string | undefined> {
  if (!options.demo) {
    return undefined;
  }
  if (!stack.engine.answers) {
    return `not running: ${stack.engine.reason}`;
  }
  const { docker } = stack.engine;
  say('Starting the demo …');
  onStop(() => removeDemo(docker, stack.main));
  return startDemo(docker, stack.main, options.stateDir, process.env);
}

/** So that the page has something to show when its address is printed. An existing Prometheus may not scrape us yet. */
async function waitForFirstScrape({ prometheusUrl }: Stack, signal: AbortSignal): Promise<void> {
  const end = Date.now() + FIRST_SCRAPE_MS;
  while (Date.now() < end && !signal.aborted) {
    const { data } = await askPrometheus(prometheusUrl, 'query', { query: 'count(toposcope_host_info)' });
    if (data.resultType === 'vector' && data.result.length > 0) {
      return;
    }
    if (options.prometheusUrl !== undefined) {
      return;
    }
    await sleep(250);
  }
}

/** In the reverse order of the starts; one that fails does not keep the others. */
async function stopAll(stops: (() => Promise<void>)[]): Promise<void> {
  for (const stop of stops.reverse()) {
    try {
      await stop();
    } catch (error) {
      console.error(`Something could not be stopped: ${(error as Error).message}`);
      process.exitCode = 1;
    }
  }
}

function say(text: string): void {
  console.log(text);
}

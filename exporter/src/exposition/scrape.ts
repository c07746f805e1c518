import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Collector } from '../collectors/collector.js';
import type { CollectorRun, ScrapeReport } from '../collectors/self.js';
import type { DefaultMetrics } from './default-metrics.js';
import type { FamilyBlock } from './family-block.js';
import { ChunkWriter } from './chunk-writer.js';
import { LabelBytes } from './label-bytes.js';
import { SampleBuffer, type CollectedSamples } from './sample-buffer.js';

export interface ScrapeOptions {
  /** In the order of the exposition; the self collector, where enabled, is not among them. */
  readonly collectors: readonly Collector[];
  /** Runs last, since it reports on the others. */
  readonly self: ((report: ScrapeReport) => Collector) | undefined;
  readonly defaults: DefaultMetrics | undefined;
  readonly log: { error(details: object, message: string): void; warn(message: string): void };
  /** A collector that takes longer has failed; Prometheus itself gives up after 10 s by default. */
  readonly timeoutMs?: number;
}

export interface Scrape {
  /** Runs every collector once. Calls that overlap share one run. Never rejects for a collector's failure. */
  run(): Promise<ScrapeResult>;
  /** Of the last run; empty before the first. */
  lastRuns(): readonly CollectorRun[];
}

export interface ScrapeResult {
  readonly blocks: readonly FamilyBlock[];
  readonly runs: readonly CollectorRun[];
}

const TIMEOUT_MS = 8_000;

export function createScrape(options: ScrapeOptions): Scrape {
  const { collectors, self, defaults, log } = options;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const droppedEver = new Map<string, number>();
  const reported = new Map<string, string>();
  const warned = new Set<string>();
  const labelBytes = new LabelBytes();
  const writer = new ChunkWriter();
  let underWay: Promise<ScrapeResult> | undefined;
  let lastRuns: readonly CollectorRun[] = [];

  return {
    lastRuns: () => lastRuns,
    run() {
      underWay ??= runAll().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };

  async function runAll(): Promise<ScrapeResult> {
    const runs: CollectorRun[] = [];
    const blocks: FamilyBlock[] = [];
    const written = new Set<string>();
    for (const collector of collectors) {
      const { run, collected } = await runOne(collector);
      runs.push(run);
      blocks.push(...withoutRepeated(collected.blocks, written));
      warnOfRepeated([...collected.duplicated]);
      for (const [family, count] of collected.dropped) {
        droppedEver.set(family, (droppedEver.get(family) ?? 0) + count);
      }
      // Reading a thousand processes holds up everything else for long enough.
      await nextTurn();
    }
    const samples = new Map(blocks.map(({ heading, samples }) => [heading.name, samples]));
    lastRuns = runs;
    if (self !== undefined) {
      const { collected } = await runOne(self({ runs, samples, dropped: droppedEver }));
      blocks.push(...collected.blocks);
    }
    if (defaults !== undefined) {
      blocks.push(...withoutRepeated(await collectDefaults(defaults), written));
    }
    labelBytes.sweep();
    return { blocks, runs };
  }

  async function collectDefaults(source: DefaultMetrics): Promise<FamilyBlock[]> {
    try {
      return await source.collect();
    } catch (error) {
      log.error(
        { err: error },
        'The metrics of Node.js and of the process cannot be read; they are left out',
      );
      return [];
    }
  }

  /** Keeps the first of two blocks of one family: a second heading would spoil the whole exposition. */
  function withoutRepeated(blocks: readonly FamilyBlock[], written: Set<string>): FamilyBlock[] {
    const repeated = blocks.filter(({ heading }) => written.has(heading.name));
    warnOfRepeated(repeated.map(({ heading }) => heading.name));
    blocks.forEach(({ heading }) => written.add(heading.name));
    return blocks.filter((block) => !repeated.includes(block));
  }

  /** Neither can happen unless a collector has a mistake in it. */
  function warnOfRepeated(families: readonly string[]): void {
    for (const family of families) {
      if (!warned.has(family)) {
        warned.add(family);
        log.warn(`Series of ${family} came twice in one scrape; the first ones are kept. Please report this`);
      }
    }
  }

  async function runOne(collector: Collector): Promise<{ run: CollectorRun; collected: CollectedSamples }> {
    const started = performance.now();
    const sink = new SampleBuffer(labelBytes, writer);
    let error: Error | undefined;
    try {
      await withinTime(collector, sink, timeoutMs);
    } catch (thrown) {
      error = thrown instanceof Error ? thrown : new Error(String(thrown));
    }
    sink.close();
    reportFailure(collector, error);
    const run: CollectorRun = {
      name: collector.name,
      error,
      seconds: (performance.now() - started) / 1000,
      mode: collector.mode?.(),
    };
    return { run, collected: error === undefined ? sink.collected() : sink.collectedBeforeFailure() };
  }

  /** One line when a failure begins or changes, not one a scrape. */
  function reportFailure(collector: Collector, error: Error | undefined): void {
    const message = error && messageOf(error);
    if (message !== undefined && reported.get(collector.name) !== message) {
      log.error({ collector: collector.name, err: error }, `Collector ${collector.name} failed: ${message}`);
    }
    if (message === undefined) {
      reported.delete(collector.name);
    } else {
      reported.set(collector.name, message);
    }
  }
}

/** With what to do, where the error itself does not say. */
function messageOf(error: Error): string {
  return 'code' in error && error.code === 'EMFILE'
    ? `${error.message}. Raise this process's limit of open files to 1,024 or more: LimitNOFILE= of systemd, --ulimit nofile= of Docker`
    : error.message;
}

/** A collector whose time is up may go on, but its sink is closed: what it writes is an error that nobody waits for. */
async function withinTime(collector: Collector, sink: SampleBuffer, timeoutMs: number): Promise<void> {
  const work = collector.collect(sink);
  if (work === undefined) {
    return;
  }
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it took longer than ${timeoutMs / 1000} s`));
    }, timeoutMs);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

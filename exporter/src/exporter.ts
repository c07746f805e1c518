import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { Collector } from './collectors/collector.js';
import { createCollectors } from './collectors/registry.js';
import { createSelfCollector } from './collectors/self.js';
import { hostName } from './contract/ids.js';
import { createDefaultMetrics } from './exposition/default-metrics.js';
import { createScrape, type Scrape } from './exposition/scrape.js';
import { askSystemInformation, readIdentity } from './host/identity.js';
import { createOpenFilesCounter } from './kernel/descriptors.js';
import { findCgroupMounts } from './kernel/cgroup-mounts.js';
import { createKeptFiles, mostKeptFiles } from './kernel/kept-files.js';
import { createOpenFiles } from './kernel/open-files.js';
import { createProcessTable } from './kernel/procfs.js';
import { readSmallText } from './kernel/small-file.js';
import { readSystemConstants } from './kernel/system-constants.js';
import type { Options } from './options.js';
import type { ContainerNews } from './runtimes/container.js';
import { followRuntimes } from './runtimes/registry.js';

/** The exporter without its web server: what is read, and how it is closed. */
export interface Exporter {
  readonly scrape: Scrape;
  /** Resolves when the first scrape would be complete: the runtimes were listed and the host was identified. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Puts the collectors together and news what they follow.
 * @throws where one cannot even begin; nothing is left open
 */
export function createExporter(options: Options, log: Logger, version: string): Exporter {
  const { procRoot, sysRoot } = options;
  const host = hostName(options.hostName);
  const constants = readSystemConstants();
  // Our own /proc, which may not be the host's.
  const countOwnFiles = createOpenFilesCounter('/proc');
  const processFiles = createKeptFiles(mostKeptFiles(procRoot));
  const news: ContainerNews = new EventEmitter();
  const runtimes = followRuntimes(options, {
    news,
    log: { info: (message) => log.info(message), warn: (message) => log.warn(message) },
    roots: ['/', options.rootfs],
  });
  let identity = readIdentity(options.rootfs);
  const identified = askSystemInformation(options.rootfs).then(
    (found) => {
      identity = found;
    },
    (error: unknown) =>
      log.warn({ err: error }, 'systeminformation did not answer; what the files of the host say is used'),
  );
  const closeSources = async () => {
    await runtimes.close();
    processFiles.close();
  };
  let collectors: Collector[];
  try {
    collectors = createCollectors({
      options,
      log,
      constants,
      mounts: findCgroupMounts(readMountinfo(procRoot), sysRoot),
      processes: createProcessTable({ procRoot, constants, files: processFiles }),
      openFiles: createOpenFiles(createOpenFilesCounter(procRoot, processFiles.sizeOf)),
      runtimes: runtimes.all,
      news,
      identity: () => identity,
      connectedPids: () => new Set(),
    });
  } catch (error) {
    void closeSources();
    throw error;
  }
  const scrape = createScrape({
    collectors,
    self: options.collectors.has('self')
      ? (report) => createSelfCollector({ host, version }, report)
      : undefined,
    defaults: options.collectors.has('self')
      ? createDefaultMetrics(host, () => countOwnFiles(process.pid))
      : undefined,
    log,
  });
  return {
    scrape,
    ready: Promise.all([identified, runtimes.ready]).then(() => undefined),
    async close() {
      await Promise.all(collectors.map(async (collector) => collector.close?.()));
      await closeSources();
    },
  };
}

/** The first process sees the host's mounts; our own are asked where it may not be read. */
function readMountinfo(procRoot: string): string {
  return readSmallText(`${procRoot}/1/mountinfo`) ?? readSmallText(`${procRoot}/self/mountinfo`) ?? '';
}

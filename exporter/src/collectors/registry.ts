import type { Logger } from 'pino';
import type { CollectorName } from '../contract/family.js';
import { hostName } from '../contract/ids.js';
import { createHostAddresses } from '../host/addresses.js';
import type { HostIdentity } from '../host/identity.js';
import type { CgroupMounts } from '../kernel/cgroup-mounts.js';
import { parseHostProcessors } from '../kernel/host-statistics.js';
import type { OpenFiles } from '../kernel/open-files.js';
import { createUserNames } from '../kernel/passwd.js';
import type { ProcessTable } from '../kernel/process.js';
import { readSmallText } from '../kernel/small-file.js';
import type { SystemConstants } from '../kernel/system-constants.js';
import type { Options } from '../options.js';
import type { ContainerNews, Runtime } from '../runtimes/container.js';
import { containerIdOfCgroup } from '../runtimes/container-id.js';
import type { Collector } from './collector.js';
import { createConnectionCollector } from './connection.js';
import { createContainerCollector } from './container.js';
import { createHostCollector } from './host.js';
import { createProcessCollector } from './process.js';
import { NO_SERVICES, readWellKnownServices } from './well-known-services.js';

/** What collectors are made of. */
export interface Surroundings {
  readonly options: Options;
  readonly log: Logger;
  readonly constants: SystemConstants;
  readonly mounts: CgroupMounts;
  readonly processes: ProcessTable;
  readonly openFiles: OpenFiles;
  readonly runtimes: readonly Runtime[];
  readonly news: ContainerNews;
  readonly identity: () => HostIdentity;
  /** Processes that listen or are connected, known once the connection collector runs. */
  connectedPids: () => ReadonlySet<number>;
}

interface Registration {
  readonly name: CollectorName;
  /** For the help of `--collector.NAME`. */
  readonly about: string;
  readonly create: (around: Surroundings) => Collector;
}

/**
 * One line a collector, in the order in which they run: connections first, for they tell which processes matter.
 * `self` is not here: it reports on the others and belongs to the scrape.
 */
export const REGISTER: readonly Registration[] = [
  { name: 'connection', about: 'Connections: who talks to whom.', create: connection },
  { name: 'host', about: 'Host: identity, addresses, processors, memory.', create: host },
  { name: 'container', about: 'Containers: who they are and what they use.', create: container },
  { name: 'process', about: 'Processes, one by one and by name.', create: process },
];

/** Makes the collectors that the flags leave on. */
export function createCollectors(around: Surroundings): Collector[] {
  return REGISTER.filter(({ name }) => around.options.collectors.has(name)).map(({ create }) =>
    create(around),
  );
}

function connection(around: Surroundings): Collector {
  const { options, processes, runtimes, news, log } = around;
  const collector = createConnectionCollector({
    host: hostName(options.hostName),
    processTable: processes,
    containerOf: containerIdOfCgroup,
    runtimes,
    news,
    procRoot: options.procRoot,
    sysRoot: options.sysRoot,
    logger: log,
    mode: options.connectionMode,
    passIntervalMs: options.connectionInterval,
    edgeLimit: options.edgesLimit,
    edgeLimitPerContainer: options.edgesContainerLimit,
    listenerLimit: options.edgesListenerLimit,
    idleMs: options.edgesIdle,
    publicPeers: options.edgesPublicPeers,
    listensForNames: options.namesDns,
    services:
      options.namesServicesFile === undefined
        ? NO_SERVICES
        : readWellKnownServices(options.namesServicesFile),
  });
  around.connectedPids = () => collector.connectedPids();
  return collector;
}

function host({ options, constants, identity }: Surroundings): Collector {
  return createHostCollector({
    host: hostName(options.hostName),
    procRoot: options.procRoot,
    ticksPerSecond: constants.ticksPerSecond,
    identity,
    addresses: createHostAddresses(options.sysRoot),
  });
}

function container({ options, log, runtimes, mounts, processes, openFiles }: Surroundings): Collector {
  return createContainerCollector({
    host: hostName(options.hostName),
    procRoot: options.procRoot,
    runtimes,
    mounts,
    processes,
    openFiles,
    log,
    command: options.containerCommand,
    allowedLabels: options.containerLabels,
  });
}

function process(around: Surroundings): Collector {
  const { options, constants, processes, openFiles } = around;
  const statPath = `${options.procRoot}/stat`;
  return createProcessCollector({
    host: hostName(options.hostName),
    procRoot: options.procRoot,
    processes,
    openFiles,
    users: createUserNames(`${options.rootfs === '/' ? '' : options.rootfs}/etc/passwd`),
    ticksPerSecond: constants.ticksPerSecond,
    bootTime: () => parseHostProcessors(readSmallText(statPath) ?? '', constants.ticksPerSecond)?.bootTime,
    limit: options.processLimit,
    command: options.processCommand,
    connectedPids: () => around.connectedPids(),
  });
}

import type { HostName } from '../contract/ids.js';
import type { CgroupMounts } from '../kernel/cgroup-mounts.js';
import type { OpenFiles } from '../kernel/open-files.js';
import type { ProcessTable } from '../kernel/process.js';
import type { Container, Runtime } from '../runtimes/container.js';
import { RuntimeAbsent } from '../runtimes/docker-error.js';
import type { Collector } from './collector.js';
import { writeIdentity, type IdentityOptions } from './container-identity.js';
import { createResourceReader, writeResources } from './container-resources.js';

export interface ContainerOptions extends Omit<IdentityOptions, 'host'> {
  readonly host: HostName;
  readonly procRoot: string;
  readonly runtimes: readonly Runtime[];
  readonly mounts: CgroupMounts;
  readonly processes: ProcessTable;
  readonly openFiles: OpenFiles;
}

/** Another collector of the same scrape has just read the processes. */
const SAME_SCRAPE_MS = 500;

/**
 * Who the containers are, from their runtimes, and what they use, from their cgroups.
 *
 * A host without any container runtime is a supported case and no failure: the runtime's absence is in the mode
 * (`v2, no runtime`) and was logged once. It fails when there is a runtime and its containers cannot be had.
 */
export function createContainerCollector(options: ContainerOptions): Collector {
  const { host, runtimes, processes, openFiles, mounts } = options;
  const read = createResourceReader(options);
  return {
    name: 'container',
    collect(sink) {
      const containers = knownContainers(runtimes);
      writeIdentity(sink, containers, options);
      const snapshot = processes.refresh(SAME_SCRAPE_MS);
      writeResources(sink, host, read(containers, snapshot, openFiles.of(snapshot)));
    },
    mode() {
      const version = mounts.version ?? 'no cgroups';
      return runtimes.every((runtime) => runtime.problem() instanceof RuntimeAbsent)
        ? `${version}, no runtime`
        : version;
    },
  };
}

/** Those of all runtimes; two sockets of one engine name each container once. */
function knownContainers(runtimes: readonly Runtime[]): Container[] {
  const containers = new Map<string, Container>();
  for (const runtime of runtimes) {
    const problem = runtime.problem();
    if (problem !== undefined && !(problem instanceof RuntimeAbsent)) {
      throw problem;
    }
    for (const container of problem === undefined ? runtime.containers() : []) {
      containers.set(container.fullId, container);
    }
  }
  return [...containers.values()];
}

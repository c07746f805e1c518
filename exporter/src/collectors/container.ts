import { containerRuntimeUp } from '../contract/container-families.js';
import type { HostName } from '../contract/ids.js';
import { renderLabels } from '../contract/labels.js';
import type { CgroupMounts } from '../kernel/cgroup-mounts.js';
import type { OpenFiles } from '../kernel/open-files.js';
import type { ProcessTable } from '../kernel/process.js';
import type { Container, Runtime } from '../runtimes/container.js';
import { RuntimeAbsent } from '../runtimes/runtime-error.js';
import type { Collector, SampleSink } from './collector.js';
import { createIdentityWriter, type IdentityOptions } from './container-identity.js';
import { writeResources } from './container-resource-rows.js';
import { createResourceReader } from './container-resources.js';
import { createWorkloadDoubts } from './workload-doubts.js';
import { writeReplicas } from './workload-replicas.js';

export interface ContainerOptions extends Omit<IdentityOptions, 'host'> {
  readonly host: HostName;
  readonly procRoot: string;
  readonly runtimes: readonly Runtime[];
  readonly mounts: CgroupMounts;
  readonly processes: ProcessTable;
  readonly openFiles: OpenFiles;
  readonly log: { info(message: string): void };
}

/** Another collector of the same scrape has just read the processes. */
const SAME_SCRAPE_MS = 500;

/**
 * Who the containers are, from their runtimes, and what they use, from their cgroups.
 *
 * A host without any container runtime is a supported case and no failure: the runtime's absence is in the mode
 * (`v2, no runtime`) and was logged once. It fails when there is a runtime and none answers; while one of several does
 * not, the others' containers are there. `toposcope_container_runtime_up` says which it is, in either case.
 */
export function createContainerCollector(options: ContainerOptions): Collector {
  const { host, runtimes, processes, openFiles, mounts, log } = options;
  const writeIdentity = createIdentityWriter(options);
  const sayDoubts = createWorkloadDoubts((message) => log.info(message));
  const resources = createResourceReader(options);
  return {
    name: 'container',
    collect(sink) {
      writeRuntimes(sink, host, runtimes);
      sink.keep();
      const containers = knownContainers(runtimes);
      sayDoubts(containers);
      writeIdentity(sink, containers);
      writeReplicas(sink, host, runtimes);
      const snapshot = processes.refresh(SAME_SCRAPE_MS);
      writeResources(sink, resources.read(containers, snapshot, openFiles.of(snapshot)));
    },
    mode() {
      const version = mounts.version ?? 'no cgroups';
      return presentOnes(runtimes).length === 0 ? `${version}, no runtime` : version;
    },
    close: () => resources.close(),
  };
}

/**
 * Those of all runtimes that answer; two sockets of one engine name each container once.
 * @throws the first runtime's problem where none answers though there is one
 */
function knownContainers(runtimes: readonly Runtime[]): Container[] {
  const containers = new Map<string, Container>();
  for (const runtime of runtimes) {
    for (const container of runtime.problem() === undefined ? runtime.containers() : []) {
      containers.set(container.fullId, container);
    }
  }
  if (runtimes.every((runtime) => runtime.problem() !== undefined)) {
    const problem = presentOnes(runtimes)[0]?.problem();
    if (problem !== undefined) {
      throw problem;
    }
  }
  return [...containers.values()];
}

function presentOnes(runtimes: readonly Runtime[]): Runtime[] {
  return runtimes.filter((runtime) => !(runtime.problem() instanceof RuntimeAbsent));
}

function writeRuntimes(sink: SampleSink, host: HostName, runtimes: readonly Runtime[]): void {
  sink.family(containerRuntimeUp);
  for (const runtime of presentOnes(runtimes)) {
    const { name, socketPath } = runtime;
    const labels = renderLabels(containerRuntimeUp, { host, runtime: name, socket: socketPath });
    sink.sample(labels, runtime.problem() === undefined ? 1 : 0);
  }
}

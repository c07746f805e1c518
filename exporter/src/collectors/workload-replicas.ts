import { workloadDesiredReplicas, workloadRunningReplicas } from '../contract/container-families.js';
import type { HostName } from '../contract/ids.js';
import { renderLabels } from '../contract/labels.js';
import type { Runtime } from '../runtimes/container.js';
import type { SwarmService } from '../runtimes/swarm-services.js';
import type { SampleSink } from './collector.js';

/** Writes how many replicas orchestrators want and have, as the runtimes that manage them tell. */
export function writeReplicas(sink: SampleSink, host: HostName, runtimes: readonly Runtime[]): void {
  const services = knownServices(runtimes);
  for (const [family, count] of [
    [workloadDesiredReplicas, ({ desired }: SwarmService) => desired],
    [workloadRunningReplicas, ({ running }: SwarmService) => running],
  ] as const) {
    sink.family(family);
    for (const service of services) {
      const value = count(service);
      if (value !== undefined) {
        const { namespace, name } = service;
        const labels = { orchestrator: 'swarm', namespace, workload_kind: 'service', workload: name };
        sink.sample(renderLabels(family, { host, ...labels }), value);
      }
    }
  }
}

/** Of all runtimes that answer; two sockets of one engine name each service once. */
function knownServices(runtimes: readonly Runtime[]): readonly SwarmService[] {
  const services = runtimes.flatMap((runtime) =>
    runtime.problem() === undefined ? (runtime.services?.() ?? []) : [],
  );
  return [...new Map(services.map((service) => [service.name, service])).values()];
}

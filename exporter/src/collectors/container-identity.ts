import {
  containerAddressInfo,
  containerCreated,
  containerExitCode,
  containerHealth,
  containerInfo,
  containerLabels,
  containerPortInfo,
  containerRestarts,
  containerStartTime,
  containerState,
  containerWorkloadInfo,
} from '../contract/container-families.js';
import type { Family } from '../contract/family.js';
import type { HostName } from '../contract/ids.js';
import { labelNameTail, renderLabels, withLabels, type RenderedLabels } from '../contract/labels.js';
import type { Container } from '../runtimes/container.js';
import { workloadOf } from '../runtimes/workload.js';
import type { SampleSink } from './collector.js';
import { maskSecrets } from './mask-secrets.js';

export interface IdentityOptions {
  readonly host: HostName;
  /** `--container.command` */
  readonly command: boolean;
  /** Names of `--container.labels`. */
  readonly allowedLabels: readonly string[];
}

/** Writes every family that says who a container is and how it stands. */
export function writeIdentity(
  sink: SampleSink,
  containers: readonly Container[],
  options: IdentityOptions,
): void {
  const { host } = options;
  const each = (
    family: Family,
    samplesOf: (container: Container) => Iterable<readonly [RenderedLabels, number]>,
  ) => {
    sink.family(family);
    for (const container of containers) {
      for (const [labels, value] of samplesOf(container)) {
        sink.sample(labels, value);
      }
    }
  };
  const number = (family: Family<'container_id'>, valueOf: (container: Container) => number | undefined) =>
    each(family, (container) => {
      const value = valueOf(container);
      return value === undefined ? [] : [[renderLabels(family, { host, container_id: container.id }), value]];
    });

  each(containerInfo, (container) => [[infoLabels(container, options), 1]]);
  each(containerWorkloadInfo, (container) => [[workloadLabels(container, host), 1]]);
  each(containerLabels, (container) => allowedLabels(container, options));
  each(containerAddressInfo, ({ id, addresses }) =>
    addresses.map(({ network, ip }) => [
      renderLabels(containerAddressInfo, { host, container_id: id, network, ip }),
      1,
    ]),
  );
  each(containerPortInfo, ({ id, ports }) =>
    ports.map(({ hostIp, hostPort, port, protocol }) => [
      renderLabels(containerPortInfo, {
        host,
        container_id: id,
        host_ip: hostIp,
        host_port: String(hostPort),
        port: String(port),
        protocol,
      }),
      1,
    ]),
  );
  each(containerState, ({ id, state }) => [
    [renderLabels(containerState, { host, container_id: id, state }), 1],
  ]);
  each(containerHealth, ({ id, health }) =>
    health === undefined ? [] : [[renderLabels(containerHealth, { host, container_id: id, health }), 1]],
  );
  number(containerCreated, ({ createdSeconds }) => (createdSeconds > 0 ? createdSeconds : undefined));
  number(containerStartTime, ({ startedSeconds }) => startedSeconds);
  number(containerRestarts, ({ restarts }) => restarts);
  number(containerExitCode, ({ exitCode }) => exitCode);
}

function infoLabels(container: Container, { host, command }: IdentityOptions): RenderedLabels {
  const { id, name, image, imageId, runtime, hostname } = container;
  const labels = renderLabels(containerInfo, {
    host,
    container_id: id,
    name,
    image,
    image_id: imageId,
    runtime,
    hostname,
  });
  return command ? withLabels(labels, [['command', maskSecrets(container.command.split(' '))]]) : labels;
}

function workloadLabels(container: Container, host: HostName): RenderedLabels {
  const workload = workloadOf(container);
  return renderLabels(containerWorkloadInfo, {
    host,
    container_id: container.id,
    orchestrator: workload.orchestrator,
    namespace: workload.namespace,
    workload_kind: workload.kind,
    workload: workload.name,
    instance: workload.instance,
    pod_uid: workload.podUid,
  });
}

/** Two labels whose names become the same (`a.b`, `a-b`) would make the series invalid: the first one is kept. */
function* allowedLabels(
  container: Container,
  options: IdentityOptions,
): Generator<readonly [RenderedLabels, number]> {
  const found = new Map<string, string>();
  for (const name of options.allowedLabels) {
    const value = container.labels.get(name);
    const label = `label_${labelNameTail(name)}`;
    if (value !== undefined && !found.has(label)) {
      found.set(label, value);
    }
  }
  if (found.size > 0) {
    const labels = renderLabels(containerLabels, { host: options.host, container_id: container.id });
    yield [withLabels(labels, found), 1];
  }
}

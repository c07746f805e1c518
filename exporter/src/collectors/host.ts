import type { HostName } from '../contract/ids.js';
import {
  hostAddressInfo,
  hostBootTime,
  hostCpus,
  hostCpuSeconds,
  hostInfo,
  hostLoad1,
  hostLoad15,
  hostLoad5,
  hostMemory,
} from '../contract/host-families.js';
import { renderLabels } from '../contract/labels.js';
import type { HostAddresses } from '../host/addresses.js';
import type { HostIdentity } from '../host/identity.js';
import { parseHostMemory, parseHostProcessors, parseLoadAverages } from '../kernel/host-statistics.js';
import { readSmallText } from '../kernel/small-file.js';
import type { Collector, SampleSink } from './collector.js';

export interface HostOptions {
  readonly host: HostName;
  readonly procRoot: string;
  readonly ticksPerSecond: number;
  /** What is known of the host by now. */
  readonly identity: () => HostIdentity;
  /** Closed with the collector. */
  readonly addresses: HostAddresses;
}

/** The host's identity, addresses, processors, load and memory. */
export function createHostCollector(options: HostOptions): Collector {
  const { host, procRoot } = options;
  return {
    name: 'host',
    collect(sink) {
      const { machineId, os, osVersion, kernel, arch, virtualization } = options.identity();
      sink.family(hostInfo);
      sink.sample(
        renderLabels(hostInfo, {
          host,
          machine_id: machineId,
          os,
          os_version: osVersion,
          kernel,
          arch,
          virtualization,
        }),
        1,
      );
      sink.family(hostAddressInfo);
      for (const address of options.addresses.list()) {
        sink.sample(renderLabels(hostAddressInfo, { host, ...address }), 1);
      }
      writeProcessors(
        sink,
        host,
        readRequired(procRoot, 'stat', (text) => parseHostProcessors(text, options.ticksPerSecond)),
      );
      writeLoad(sink, host, readRequired(procRoot, 'loadavg', parseLoadAverages));
      writeMemory(sink, host, readRequired(procRoot, 'meminfo', parseHostMemory));
    },
    close: () => options.addresses.close(),
  };
}

/** These files are on every Linux: without one, something is wrong with the root, and the collector says so. */
function readRequired<Value>(
  procRoot: string,
  name: string,
  parse: (text: string) => Value | undefined,
): Value {
  const path = `${procRoot}/${name}`;
  const text = readSmallText(path);
  const value = text === undefined ? undefined : parse(text);
  if (value === undefined) {
    throw new Error(
      `${path} ${text === undefined ? 'cannot be read' : 'is not in the form that Linux writes'}: check --path.procfs`,
    );
  }
  return value;
}

function writeProcessors(
  sink: SampleSink,
  host: HostName,
  { online, seconds, bootTime }: NonNullable<ReturnType<typeof parseHostProcessors>>,
): void {
  sink.family(hostBootTime);
  sink.sample(renderLabels(hostBootTime, { host }), bootTime);
  sink.family(hostCpus);
  sink.sample(renderLabels(hostCpus, { host }), online);
  sink.family(hostCpuSeconds);
  for (const [mode, value] of seconds) {
    sink.sample(renderLabels(hostCpuSeconds, { host, mode }), value);
  }
}

function writeLoad(sink: SampleSink, host: HostName, averages: readonly [number, number, number]): void {
  [hostLoad1, hostLoad5, hostLoad15].forEach((family, index) => {
    sink.family(family);
    sink.sample(renderLabels(family, { host }), averages[index] ?? 0);
  });
}

function writeMemory(
  sink: SampleSink,
  host: HostName,
  { total, available }: NonNullable<ReturnType<typeof parseHostMemory>>,
): void {
  sink.family(hostMemory);
  sink.sample(renderLabels(hostMemory, { host, state: 'total' }), total);
  if (available !== undefined) {
    sink.sample(renderLabels(hostMemory, { host, state: 'available' }), available);
  }
}

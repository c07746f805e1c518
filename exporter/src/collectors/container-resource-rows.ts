import {
  containerCpuLimit,
  containerCpuPeriods,
  containerCpuSeconds,
  containerCpuThrottled,
  containerCpuThrottledPeriods,
  containerIoBytes,
  containerIoOperations,
  containerMemory,
  containerMemoryLimit,
  containerNetworkBytes,
  containerNetworkDrops,
  containerNetworkErrors,
  containerNetworkPackets,
  containerOomKills,
  containerOpenFiles,
  containerPids,
  containerPidsLimit,
  containerPressureSeconds,
  containerThreads,
} from '../contract/container-families.js';
import type { Family } from '../contract/family.js';
import type { NetworkCounters } from '../kernel/network-devices.js';
import type { SampleSink } from './collector.js';
import type { Resources } from './container-resources.js';

/** Writes every family that counts what containers use, and what they may use. */
export function writeResources(sink: SampleSink, resources: readonly Resources[]): void {
  writeProcessor(sink, resources);
  writeMemory(sink, resources);
  writeNetwork(sink, resources);
  writeBlockDevices(sink, resources);
  writeTasks(sink, resources);
}

function writeNumber(
  sink: SampleSink,
  family: Family<'container_id'>,
  resources: readonly Resources[],
  valueOf: (found: Resources) => number | undefined,
): void {
  sink.family(family);
  for (const found of resources) {
    const value = valueOf(found);
    if (value !== undefined) {
      sink.sample(found.labels.own, value);
    }
  }
}

function writeProcessor(sink: SampleSink, resources: readonly Resources[]): void {
  sink.family(containerCpuSeconds);
  for (const { labels, cgroup } of resources) {
    if (cgroup?.cpu !== undefined) {
      sink.sample(labels.ofMode('user'), cgroup.cpu.userSeconds);
      sink.sample(labels.ofMode('system'), cgroup.cpu.systemSeconds);
    }
  }
  writeNumber(sink, containerCpuLimit, resources, ({ limits }) => limits?.cores);
  writeNumber(sink, containerCpuThrottled, resources, ({ cgroup }) => cgroup?.cpu?.throttledSeconds);
  writeNumber(sink, containerCpuPeriods, resources, ({ cgroup }) => cgroup?.cpu?.periods);
  writeNumber(sink, containerCpuThrottledPeriods, resources, ({ cgroup }) => cgroup?.cpu?.throttledPeriods);
}

function writeMemory(sink: SampleSink, resources: readonly Resources[]): void {
  sink.family(containerMemory);
  for (const { labels, cgroup } of resources) {
    if (cgroup?.memory !== undefined) {
      const { usage, inactiveFile, rss, cache, swap } = cgroup.memory;
      const kinds = { usage, working_set: Math.max(0, usage - inactiveFile), rss, cache, swap };
      for (const [kind, value] of Object.entries(kinds)) {
        if (value !== undefined) {
          sink.sample(labels.ofMemory(kind), value);
        }
      }
    }
  }
  writeNumber(sink, containerMemoryLimit, resources, ({ limits }) => limits?.memoryBytes);
  writeNumber(sink, containerOomKills, resources, ({ cgroup }) => cgroup?.memory?.oomKills);
}

const NETWORK_FAMILIES: readonly (readonly [Family, keyof NetworkCounters])[] = [
  [containerNetworkBytes, 'bytes'],
  [containerNetworkPackets, 'packets'],
  [containerNetworkErrors, 'errors'],
  [containerNetworkDrops, 'drops'],
];

function writeNetwork(sink: SampleSink, resources: readonly Resources[]): void {
  for (const [family, counter] of NETWORK_FAMILIES) {
    sink.family(family);
    for (const { labels, devices } of resources) {
      for (const { name, receive, transmit } of devices) {
        const directions = labels.ofInterface(name);
        sink.sample(directions.receive, receive[counter]);
        sink.sample(directions.transmit, transmit[counter]);
      }
    }
  }
}

function writeBlockDevices(sink: SampleSink, resources: readonly Resources[]): void {
  sink.family(containerIoBytes);
  for (const { labels, cgroup } of resources) {
    for (const { device, readBytes, writtenBytes } of cgroup?.io ?? []) {
      const directions = labels.ofDevice(device);
      sink.sample(directions.read, readBytes);
      sink.sample(directions.write, writtenBytes);
    }
  }
  sink.family(containerIoOperations);
  for (const { labels, cgroup } of resources) {
    for (const { device, reads, writes } of cgroup?.io ?? []) {
      const directions = labels.ofDevice(device);
      sink.sample(directions.read, reads);
      sink.sample(directions.write, writes);
    }
  }
}

function writeTasks(sink: SampleSink, resources: readonly Resources[]): void {
  writeNumber(sink, containerPids, resources, ({ cgroup }) => cgroup?.pids);
  writeNumber(sink, containerPidsLimit, resources, ({ limits }) => limits?.pids);
  writeNumber(sink, containerThreads, resources, ({ threads }) => threads);
  writeNumber(sink, containerOpenFiles, resources, ({ openFiles }) => openFiles);
  sink.family(containerPressureSeconds);
  for (const { labels, cgroup } of resources) {
    for (const { resource, kind, seconds } of cgroup?.pressure ?? []) {
      sink.sample(labels.ofPressure(resource)[kind], seconds);
    }
  }
}

import type { CollectorName } from '../contract/family.js';
import type { HostName } from '../contract/ids.js';
import { renderLabels } from '../contract/labels.js';
import {
  collectorDuration,
  collectorMode,
  collectorUp,
  exporterBuildInfo,
  series,
  seriesDropped,
} from '../contract/self-families.js';
import type { Collector, SampleSink } from './collector.js';

/** How one run of one collector went. */
export interface CollectorRun {
  readonly name: CollectorName;
  /** Undefined when it succeeded. */
  readonly error: Error | undefined;
  readonly seconds: number;
  readonly mode: string | undefined;
}

export interface ScrapeReport {
  readonly runs: readonly CollectorRun[];
  /** Samples of each family in this exposition. */
  readonly samples: ReadonlyMap<string, number>;
  /** Samples that a cap has kept out since the start, by family. */
  readonly dropped: ReadonlyMap<string, number>;
}

export interface SelfOptions {
  readonly host: HostName;
  readonly version: string;
}

/** Reports on the run of the other collectors, and on itself: that it is there says that it is up. */
export function createSelfCollector({ host, version }: SelfOptions, report: ScrapeReport): Collector {
  return {
    name: 'self',
    collect(sink) {
      sink.family(exporterBuildInfo);
      sink.sample(renderLabels(exporterBuildInfo, { host, version, node_version: process.version }), 1);
      writeRuns(sink, host, report.runs);
      sink.family(series);
      for (const [family, samples] of report.samples) {
        sink.sample(renderLabels(series, { host, family }), samples);
      }
      sink.family(seriesDropped);
      for (const [family, count] of report.dropped) {
        sink.sample(renderLabels(seriesDropped, { host, family }), count);
      }
    },
  };
}

function writeRuns(sink: SampleSink, host: HostName, runs: readonly CollectorRun[]): void {
  sink.family(collectorUp);
  for (const { name, error } of runs) {
    sink.sample(renderLabels(collectorUp, { host, collector: name }), error === undefined ? 1 : 0);
  }
  sink.family(collectorDuration);
  for (const { name, seconds } of runs) {
    sink.sample(renderLabels(collectorDuration, { host, collector: name }), seconds);
  }
  sink.family(collectorMode);
  for (const { name, mode } of runs) {
    if (mode !== undefined) {
      sink.sample(renderLabels(collectorMode, { host, collector: name, mode }), 1);
    }
  }
}

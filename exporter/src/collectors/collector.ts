import type { CollectorName, Family } from '../contract/family.js';
import type { RenderedLabels } from '../contract/labels.js';

/** Where a collector writes its samples. When it fails, only what it wrote before its last `keep` is published. */
export interface SampleSink {
  /** Opens a family: every sample until the next call belongs to it. A family is opened once a scrape. */
  family(family: Family): void;
  sample(labels: RenderedLabels, value: number): void;
  /** One series of a `summary` family. */
  summary(labels: RenderedLabels, sum: number, count: number): void;
  /** Counts samples that a cap kept out of the open family. */
  dropped(count: number): void;
  /** Ends the open family: the families up to here are true whatever becomes of those that follow. */
  keep(): void;
}

/** One source of metrics: it owns its families, and its failure is its own. */
export interface Collector {
  readonly name: CollectorName;
  /** Throws (or rejects with) an error whose message says what failed, on what, and what to do. */
  collect(sink: SampleSink): void | Promise<void>;
  /** The mechanism in use, for toposcope_collector_mode_info; undefined where there is only one. */
  mode?(): string | undefined;
  /** Releases descriptors, threads and timers. */
  close?(): void | Promise<void>;
}

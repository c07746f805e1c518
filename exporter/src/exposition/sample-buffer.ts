import type { SampleSink } from '../collectors/collector.js';
import type { Family } from '../contract/family.js';
import type { RenderedLabels } from '../contract/labels.js';
import { ChunkWriter } from './chunk-writer.js';
import type { FamilyBlock } from './family-block.js';
import { LabelBytes, type FamilyLabels } from './label-bytes.js';

/** What one collector wrote in one run. */
export interface CollectedSamples {
  readonly blocks: readonly FamilyBlock[];
  /** Samples that a cap kept out, by family. */
  readonly dropped: ReadonlyMap<string, number>;
  /** Families in which a series came twice; the first sample was kept. */
  readonly duplicated: ReadonlySet<string>;
}

/** The family that is being written. */
interface OpenFamily {
  readonly heading: Family;
  readonly labels: FamilyLabels;
  /** `name{` for plain samples, `name_sum{` and `name_count{` for summaries. */
  readonly prefix: Uint8Array;
  readonly sumPrefix: Uint8Array;
  readonly countPrefix: Uint8Array;
  samples: number;
}

/**
 * Keeps one collector's samples apart until it has succeeded, or says that they stand though it may fail. A series is
 * written once: a second sample of the same labels is left out, since Prometheus would refuse or misread the exposition.
 */
export class SampleBuffer implements SampleSink {
  private readonly blocks = new Map<string, FamilyBlock>();
  private readonly droppedByFamily = new Map<string, number>();
  private readonly duplicated = new Set<string>();
  private open: OpenFamily | undefined;
  private closed = false;
  private kept: ReadonlySet<string> = new Set();

  /** Both are the scrape's: they live from one to the next, and serve one buffer at a time. */
  constructor(
    private readonly labelBytes: LabelBytes = new LabelBytes(),
    private readonly writer: ChunkWriter = new ChunkWriter(),
  ) {}

  /** @throws when the family was opened before, which would give it two headings */
  family(family: Family): void {
    this.assertOpen();
    this.closeFamily();
    if (this.blocks.has(family.name)) {
      throw new Error(`The collector opened the family ${family.name} twice in one scrape`);
    }
    this.open = {
      heading: family,
      labels: this.labelBytes.open(family.name),
      prefix: Buffer.from(`${family.name}{`),
      sumPrefix: Buffer.from(`${family.name}_sum{`),
      countPrefix: Buffer.from(`${family.name}_count{`),
      samples: 0,
    };
  }

  sample(labels: RenderedLabels, value: number): void {
    const family = this.openFamily();
    const bytes = this.newSeries(family, labels);
    if (bytes !== undefined) {
      this.writer.line(family.prefix, bytes, value);
    }
  }

  summary(labels: RenderedLabels, sum: number, count: number): void {
    const family = this.openFamily();
    const bytes = this.newSeries(family, labels);
    if (bytes !== undefined) {
      this.writer.line(family.sumPrefix, bytes, sum);
      this.writer.line(family.countPrefix, bytes, count);
    }
  }

  dropped(count: number): void {
    const { name } = this.openFamily().heading;
    if (count > 0) {
      this.droppedByFamily.set(name, (this.droppedByFamily.get(name) ?? 0) + count);
    }
  }

  keep(): void {
    this.assertOpen();
    this.closeFamily();
    this.kept = new Set(this.blocks.keys());
  }

  /** Ends the buffer: a collector that goes on writing, because its time was up, gets an error. */
  close(): void {
    this.closeFamily();
    this.closed = true;
  }

  /** Ends the buffer too. Families without samples are left out. */
  collected(): CollectedSamples {
    this.close();
    const blocks = [...this.blocks.values()].filter(({ samples }) => samples > 0);
    return { blocks, dropped: this.droppedByFamily, duplicated: this.duplicated };
  }

  /** As `collected`, of a collector that failed: the families before its last `keep`. */
  collectedBeforeFailure(): CollectedSamples {
    const { blocks, dropped, duplicated } = this.collected();
    return {
      blocks: blocks.filter(({ heading }) => this.kept.has(heading.name)),
      dropped: new Map([...dropped].filter(([family]) => this.kept.has(family))),
      duplicated: new Set([...duplicated].filter((family) => this.kept.has(family))),
    };
  }

  /** Undefined when the open family has this series already. */
  private newSeries(family: OpenFamily, labels: RenderedLabels): Uint8Array | undefined {
    const bytes = family.labels.next(labels);
    if (bytes === undefined) {
      this.duplicated.add(family.heading.name);
    } else {
      family.samples++;
    }
    return bytes;
  }

  private openFamily(): OpenFamily {
    this.assertOpen();
    if (this.open === undefined) {
      throw new Error('The collector wrote a sample before it opened a family');
    }
    return this.open;
  }

  private assertOpen(): void {
    if (this.closed) {
      throw new Error('The collector wrote a sample after its scrape had ended');
    }
  }

  private closeFamily(): void {
    if (this.open !== undefined) {
      const { heading, samples } = this.open;
      this.blocks.set(heading.name, { heading, samples, lines: this.writer.cut() });
      this.open = undefined;
    }
  }
}

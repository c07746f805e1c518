import type { SampleSink } from '../collectors/collector.js';
import type { Family } from '../contract/family.js';
import type { RenderedLabels } from '../contract/labels.js';
import type { FamilyBlock } from './family-block.js';
import { formatValue } from './text-format.js';

/** What one collector wrote in one run. */
export interface CollectedSamples {
  readonly blocks: readonly FamilyBlock[];
  /** Samples that a cap kept out, by family. */
  readonly dropped: ReadonlyMap<string, number>;
  /** Families in which a series came twice; the first sample was kept. */
  readonly duplicated: ReadonlySet<string>;
}

interface OpenBlock {
  readonly heading: Family;
  lines: string;
  samples: number;
}

/**
 * Keeps one collector's samples apart until it has succeeded. A series is written once: a second sample of the same
 * labels is left out, since Prometheus would refuse or misread the exposition.
 */
export class SampleBuffer implements SampleSink {
  private readonly blocks = new Map<string, OpenBlock>();
  private readonly droppedByFamily = new Map<string, number>();
  private readonly duplicated = new Set<string>();
  private seen = new Set<RenderedLabels>();
  private open: OpenBlock | undefined;
  private prefix = '';

  /** @throws when the family was opened before, which would give it two headings */
  family(family: Family): void {
    if (this.blocks.has(family.name)) {
      throw new Error(`The collector opened the family ${family.name} twice in one scrape`);
    }
    this.open = { heading: family, lines: '', samples: 0 };
    this.blocks.set(family.name, this.open);
    this.prefix = `${family.name}{`;
    this.seen = new Set();
  }

  sample(labels: RenderedLabels, value: number): void {
    const block = this.blockFor(labels);
    if (block !== undefined) {
      block.lines += `${this.prefix}${labels}} ${formatValue(value)}\n`;
    }
  }

  summary(labels: RenderedLabels, sum: number, count: number): void {
    const block = this.blockFor(labels);
    if (block !== undefined) {
      const { name } = block.heading;
      block.lines += `${name}_sum{${labels}} ${formatValue(sum)}\n${name}_count{${labels}} ${formatValue(count)}\n`;
    }
  }

  dropped(count: number): void {
    const { name } = this.openBlock().heading;
    if (count > 0) {
      this.droppedByFamily.set(name, (this.droppedByFamily.get(name) ?? 0) + count);
    }
  }

  /** Families without samples are left out. */
  collected(): CollectedSamples {
    const blocks = [...this.blocks.values()].filter(({ samples }) => samples > 0);
    return { blocks, dropped: this.droppedByFamily, duplicated: this.duplicated };
  }

  private blockFor(labels: RenderedLabels): OpenBlock | undefined {
    const block = this.openBlock();
    // One look-up instead of has() and add(): this runs for every series of a scrape.
    const before = this.seen.size;
    if (this.seen.add(labels).size === before) {
      this.duplicated.add(block.heading.name);
      return undefined;
    }
    block.samples++;
    return block;
  }

  private openBlock(): OpenBlock {
    if (this.open === undefined) {
      throw new Error('The collector wrote a sample before it opened a family');
    }
    return this.open;
  }
}

import type { RenderedLabels } from '../contract/labels.js';

/** Labels as they stand behind the brace, `host="a",pid="7"} `, and the family in which they were written last. */
export interface EncodedLabels {
  readonly labels: RenderedLabels;
  readonly bytes: Uint8Array;
  stamp: number;
}

/**
 * Keeps the encoded labels of the last scrape: most series come again in the next one, and most label sets stand in
 * several families of one scrape.
 */
export class LabelBytes {
  private readonly encoded = new Map<RenderedLabels, EncodedLabels>();
  private readonly families = new Map<string, FamilyLabels>();
  private stamp = 0;
  private sweptAt = 0;

  /** Starts a family of this scrape. */
  open(family: string): FamilyLabels {
    const opened = new FamilyLabels(this.encoded, ++this.stamp, this.families.get(family));
    this.families.set(family, opened);
    return opened;
  }

  /** Forgets what was not written since the last sweep. */
  sweep(): void {
    for (const memory of [this.encoded, this.families] as Map<string, { readonly stamp: number }>[]) {
      memory.forEach(({ stamp }, key) => {
        if (stamp <= this.sweptAt) {
          memory.delete(key);
        }
      });
    }
    this.sweptAt = this.stamp;
  }

  get size(): number {
    return this.encoded.size;
  }
}

/** The labels of one family in one scrape; they mostly come in the order of the last one. */
export class FamilyLabels {
  private readonly order: EncodedLabels[] = [];
  private readonly expected: readonly EncodedLabels[];

  constructor(
    private readonly encoded: Map<RenderedLabels, EncodedLabels>,
    readonly stamp: number,
    before: FamilyLabels | undefined,
  ) {
    this.expected = before?.order ?? [];
  }

  /** The bytes of the next series; undefined when the family has it already. */
  next(labels: RenderedLabels): Uint8Array | undefined {
    const expected = this.expected[this.order.length];
    const found = expected?.labels === labels ? expected : this.find(labels);
    if (found.stamp === this.stamp) {
      return undefined;
    }
    found.stamp = this.stamp;
    this.order.push(found);
    return found.bytes;
  }

  private find(labels: RenderedLabels): EncodedLabels {
    let found = this.encoded.get(labels);
    if (found === undefined) {
      found = { labels, bytes: Buffer.from(`${labels}} `), stamp: 0 };
      this.encoded.set(labels, found);
    }
    return found;
  }
}

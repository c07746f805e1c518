import type { RenderedLabels } from '../contract/labels.js';

/** Labels as they stand behind the brace, `host="a",pid="7"} `, and the family in which they were written last. */
export interface EncodedLabels {
  readonly bytes: Uint8Array;
  stamp: number;
}

/**
 * Keeps the encoded labels of the last scrape: most series come again in the next one, and most label sets stand in
 * several families of one scrape.
 */
export class LabelBytes {
  private readonly encoded = new Map<RenderedLabels, EncodedLabels>();
  private stamp = 0;
  private sweptAt = 0;

  /** A number for each opened family, larger than all before: labels that bear it already are a duplicate. */
  nextStamp(): number {
    return ++this.stamp;
  }

  of(labels: RenderedLabels): EncodedLabels {
    let found = this.encoded.get(labels);
    if (found === undefined) {
      found = { bytes: Buffer.from(`${labels}} `), stamp: 0 };
      this.encoded.set(labels, found);
    }
    return found;
  }

  /** Forgets what was not written since the last sweep. */
  sweep(): void {
    for (const [labels, { stamp }] of this.encoded) {
      if (stamp <= this.sweptAt) {
        this.encoded.delete(labels);
      }
    }
    this.sweptAt = this.stamp;
  }

  get size(): number {
    return this.encoded.size;
  }
}

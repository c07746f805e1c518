/** What stands in a family's heading. prom-client's own families come as blocks too, histograms among them. */
export interface FamilyHeading {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'summary' | 'histogram';
  readonly help: string;
}

/** One family of one exposition: its samples as encoded lines, which are the same in every format. */
export interface FamilyBlock {
  readonly heading: FamilyHeading;
  readonly lines: readonly Uint8Array[];
  readonly samples: number;
}

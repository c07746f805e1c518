/** What stands in a family's heading. prom-client's own families come as blocks too, histograms among them. */
export interface FamilyHeading {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'summary' | 'histogram';
  readonly help: string;
}

/** One family of one exposition: its samples as text, which is the same in every format. */
export interface FamilyBlock {
  readonly heading: FamilyHeading;
  readonly lines: string;
  readonly samples: number;
}

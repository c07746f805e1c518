/** What every panel says about itself. */
export interface Basics {
  readonly title: string;
  /** What is shown and how to read it: the panel's (i). */
  readonly description: string;
  /** A unit id of Grafana. */
  readonly unit: string;
  /** What stands there when there is nothing to show. */
  readonly empty: string;
  /** Of 24 columns. */
  readonly width: 4 | 6 | 8 | 12 | 16 | 24;
  readonly height?: number;
}

/** Names of Grafana's own colours: they suit the light theme and the dark one. */
export const COLORS = {
  calm: 'blue',
  other: 'purple',
  good: 'green',
  warning: 'orange',
  bad: 'red',
  muted: 'text',
} as const;

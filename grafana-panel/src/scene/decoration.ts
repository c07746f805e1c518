/** What is laid over a node besides what it is: a metric, badges, what changed. */
export interface Decoration {
  /** How full the node is, 0 to 1; null: no figure. */
  readonly fill: number | null;
  /** Firing alerts. */
  readonly alerts: number;
  readonly alertSeverity: 'critical' | 'warning' | 'info';
  /** Figures of overlays, as text. */
  readonly badges: readonly string[];
  readonly change: ChangeKind | undefined;
}

export type ChangeKind = 'added' | 'removed' | 'changed';
export type Decorations = ReadonlyMap<string, Decoration>;

export const NO_DECORATIONS: Decorations = new Map();

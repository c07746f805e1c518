/** What is laid over a node besides what it is: a metric, badges, what changed. */
export interface Decoration {
  /** Undefined: no figure, or nothing fills. */
  readonly fill: Fill | undefined;
  /** Firing alerts. */
  readonly alerts: number;
  readonly alertSeverity: 'critical' | 'warning' | 'info';
  /** Figures of overlays, as text. */
  readonly badges: readonly string[];
  readonly change: ChangeKind | undefined;
}

/** How full a node is. */
export interface Fill {
  /** 0 to 1. */
  readonly share: number;
  /** Of its own limit; otherwise of the greatest value. */
  readonly isOfLimit: boolean;
}

export type ChangeKind = 'added' | 'removed' | 'changed';
export type Decorations = ReadonlyMap<string, Decoration>;

export const NO_DECORATIONS: Decorations = new Map();

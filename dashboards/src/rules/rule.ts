/** A recording rule, and what its series carry: the reference that dashboards and alerts are checked against. */
export interface Recording {
  readonly record: string;
  /** What it means, with the unit. */
  readonly help: string;
  readonly expr: string;
  /** Every label of its series. */
  readonly labels: readonly string[];
}

/**
 * `critical` wakes somebody, `warning` waits for the morning, `info` is a fact that somebody may want to look at.
 */
export type Severity = 'critical' | 'warning' | 'info';

/** An alert. Its runbook is docs/runbooks/NAME.md and its cases are rules/tests/NAME.yaml: tests check both. */
export interface Alert {
  readonly name: string;
  readonly severity: Severity;
  readonly expr: string;
  /** How long it must be true, as Prometheus writes durations. */
  readonly for: string;
  /** One line that names the thing. */
  readonly summary: string;
  /** What is so, with the number, and where to look first. */
  readonly description: string;
}

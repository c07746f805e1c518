/** What a collector may be called: its flag, its file and its `collector` label agree. */
export const COLLECTORS = ['host', 'container', 'process', 'connection', 'self'] as const;
export type CollectorName = (typeof COLLECTORS)[number];

/** `summary` families carry no quantiles: only `_sum` and `_count`. */
export type FamilyType = 'counter' | 'gauge' | 'summary';

/** One metric family of the public contract, declared once and read by everything else. */
export interface Family<Label extends string = string> {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  /** Label names in the order of exposition; `host` is always the first. */
  readonly labels: readonly ('host' | Label)[];
  /** Labels that exist only when a flag asks for them, with that flag. */
  readonly optionalLabels: Readonly<Record<string, string>>;
  /** The collector that owns the family: it fails, the family is absent. */
  readonly collector: CollectorName;
  /** When a series of the family exists. */
  readonly exists: string;
  /** What bounds the number of series, empty where the thing itself does. */
  readonly cap: string;
}

/** What a declaration says; the rest has defaults. */
export interface Declaration<Label extends string> {
  readonly help: string;
  readonly labels: readonly Label[];
  readonly exists: string;
  readonly optionalLabels?: Readonly<Record<string, string>>;
  readonly cap?: string;
}

/** Declares families of one collector: `const declare = familiesOf('host')`, then `declare.gauge(name, …)`. */
export function familiesOf(collector: CollectorName) {
  const declare =
    (type: FamilyType) =>
    <Label extends string>(name: string, declaration: Declaration<Label>): Family<Label> => ({
      name,
      type,
      collector,
      help: declaration.help,
      labels: ['host', ...declaration.labels],
      optionalLabels: declaration.optionalLabels ?? {},
      exists: declaration.exists,
      cap: declaration.cap ?? '',
    });
  return { gauge: declare('gauge'), counter: declare('counter'), summary: declare('summary') };
}

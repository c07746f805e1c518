import type { Family } from '@toposcope/exporter/contract/family.js';

/** A label's condition in a selector, operator included: what `is`, `isNot`, `matches` and `matchesNot` return. */
export type Matcher = string & { readonly __brand: 'Matcher' };

/** Labels that Prometheus adds to every series of a target; `cluster` where people set it, else it is simply empty. */
export const TARGET_LABELS = ['cluster', 'job', 'instance'] as const;
type TargetLabel = (typeof TARGET_LABELS)[number];

type Matchers<Label extends string> = Partial<Readonly<Record<Label | 'host' | TargetLabel, Matcher>>>;

/** A selector of a family of the contract: a label that the family does not have is a type error. */
export function select<Label extends string>(family: Family<Label>, matchers: Matchers<Label> = {}): string {
  if (family.type === 'summary') {
    throw new Error(`${family.name} is a summary: select its _sum or its _count`);
  }
  return selector(family.name, matchers);
}

/** The running total of a summary's observations. */
export function selectSum<Label extends string>(
  family: Family<Label>,
  matchers: Matchers<Label> = {},
): string {
  return selector(`${family.name}_sum`, matchers);
}

/** How many observations a summary has had. */
export function selectCount<Label extends string>(
  family: Family<Label>,
  matchers: Matchers<Label> = {},
): string {
  return selector(`${family.name}_count`, matchers);
}

export const is = (value: string) => `=${quote(value)}` as Matcher;
export const isNot = (value: string) => `!=${quote(value)}` as Matcher;
export const matches = (pattern: string) => `=~${quote(pattern)}` as Matcher;
export const matchesNot = (pattern: string) => `!~${quote(pattern)}` as Matcher;

/** A PromQL string. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

function selector(name: string, matchers: Readonly<Record<string, Matcher | undefined>>): string {
  const conditions = Object.entries(matchers).flatMap(([label, matcher]) =>
    matcher === undefined ? [] : [`${label}${matcher}`],
  );
  return conditions.length === 0 ? name : `${name}{${conditions.join(',')}}`;
}

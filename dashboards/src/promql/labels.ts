import { quote } from './select.js';

/** Gives every series of `expr` the label, with the value of another one where that matches (else it stays). */
export function copyLabel(expr: string, to: string, from: string, pattern = '(.+)', value = '$1'): string {
  return `label_replace(${expr}, ${quote(to)}, ${quote(value)}, ${quote(from)}, ${quote(pattern)})`;
}

/** Gives every series of `expr` the label with one value. */
export function setLabel(expr: string, label: string, value: string): string {
  return copyLabel(expr, label, '', '', value);
}

/** One series of value 1 for each combination of the labels. */
export function distinct(labels: readonly string[], expr: string): string {
  return `group by (${labels.join(', ')}) (${expr})`;
}

/**
 * At most one series for each combination of the labels, so that a join on them is never many-to-many: not while two
 * jobs scrape one exporter, nor while an info series is being replaced.
 */
export function onePer(labels: readonly string[], expr: string): string {
  return `topk by (${labels.join(', ')}) (1, ${expr})`;
}

/** Adds labels of an info expression (one series for each key, value 1) to the series of `expr`. */
export function join(expr: string, keys: readonly string[], labels: readonly string[], info: string): string {
  return `${expr}\n* on (${keys.join(', ')}) group_left (${labels.join(', ')})\n${info}`;
}

/** The first of several expressions that has a series for a combination of the keys. */
export function firstOf(keys: readonly string[], exprs: readonly string[]): string {
  return exprs.join(`\nor on (${keys.join(', ')})\n`);
}

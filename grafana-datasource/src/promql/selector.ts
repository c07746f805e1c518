import type { Family } from '@toposcope/exporter/contract/family.js';

/** One condition on a label, as PromQL writes it: `host="web-1"`. */
export type Matcher = string & { readonly __brand: 'Matcher' };

export function equals(label: string, value: string): Matcher {
  // Grafana's template engine would read $name and [[name]] as variables; a regular expression can spell them apart.
  return /\$|\[\[/.test(value)
    ? (`${label}=~"${quoted(pattern(value))}"` as Matcher)
    : (`${label}="${quoted(value)}"` as Matcher);
}

/** Any of the values; no values match everything, so no condition comes out. */
export function anyOf(label: string, values: readonly string[]): readonly Matcher[] {
  const [first] = values;
  if (first === undefined) {
    return [];
  }
  return values.length === 1
    ? [equals(label, first)]
    : [`${label}=~"${quoted(values.map(pattern).join('|'))}"` as Matcher];
}

/** All of the conditions as one, for an expression that names them twice. */
export function allOf(matchers: readonly Matcher[]): Matcher {
  return matchers.join(',') as Matcher;
}

/** `family{a="b",c="d"}`; the `part` of a summary is `_sum` or `_count`. */
export function selector(family: Family, matchers: readonly Matcher[], part = ''): string {
  const conditions = matchers.join(',');
  return `${family.name}${part}${conditions === '' ? '' : `{${conditions}}`}`;
}

/** The series of any expression that carry the label's value: what an expression of somebody else's can be narrowed by. */
export function selected(expr: string, label: string, value: string): string {
  return `(${expr}) and on (${label}) label_replace(vector(1), "${label}", "${quoted(value.replaceAll('$', '$$$$'))}", "", "")`;
}

/** Text between the double quotes of a PromQL string (the escapes of a Go string). */
function quoted(text: string): string {
  return /[\\"\n]/.test(text)
    ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : text;
}

/** A regular expression (RE2) that matches the text and nothing else. */
function pattern(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^]/g, '\\$&').replaceAll('$', '[$]');
}

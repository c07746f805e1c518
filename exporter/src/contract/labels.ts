import type { Family } from './family.js';

/** Rendered labels without braces, `host="web-1",pid="7"`: rendered once, written at every scrape. */
export type RenderedLabels = string & { readonly __brand: 'RenderedLabels' };

/**
 * Renders label values in the family's order. Escapes backslash, quote and newline as both text formats ask
 * (Prometheus 0.0.4 and OpenMetrics 1.0) and replaces lone surrogates, so that the exposition is valid UTF-8.
 */
export function renderLabels<Label extends string>(
  family: Family<Label>,
  values: Readonly<Record<'host' | Label, string>>,
): RenderedLabels {
  let rendered = '';
  for (const label of family.labels) {
    rendered += `${rendered === '' ? '' : ','}${label}="${escapeLabelValue(values[label])}"`;
  }
  return rendered as RenderedLabels;
}

/** Renders labels of a series that belongs to no family of the contract, such as those of prom-client. */
export function renderPairs(pairs: Iterable<readonly [string, string]>): RenderedLabels {
  let rendered = '';
  for (const [label, value] of pairs) {
    rendered += `${rendered === '' ? '' : ','}${label}="${escapeLabelValue(value)}"`;
  }
  return rendered as RenderedLabels;
}

/** Adds labels that are not in the family's fixed list, such as `label_…` or one that a flag asked for. */
export function withLabels(
  labels: RenderedLabels,
  more: Iterable<readonly [string, string]>,
): RenderedLabels {
  let rendered: string = labels;
  for (const [label, value] of more) {
    rendered += `,${label}="${escapeLabelValue(value)}"`;
  }
  return rendered as RenderedLabels;
}

/** Turns any text, such as a container's label name, into the tail of a valid label name. */
export function labelNameTail(text: string): string {
  return text.replace(/[^a-zA-Z0-9_]/g, '_');
}

const NEEDS_ESCAPE = /[\\"\n\ud800-\udfff]/;

function escapeLabelValue(value: string): string {
  if (!NEEDS_ESCAPE.test(value)) {
    return value;
  }
  return value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

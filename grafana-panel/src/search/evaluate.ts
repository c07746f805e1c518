import type { Comparison, Expression, FieldComparison, Span } from './expression';
import { fieldNamesOf, type FieldNumber, type Searchable } from './searchable';

export interface SearchResult {
  /** Ids of the nodes that match. */
  readonly matches: ReadonlySet<string>;
  /** Fields that are compared although no node has one of that name, and where. */
  readonly unknown: readonly (Span & { readonly field: string })[];
}

/** @param now Unix seconds: ages are counted from it. */
export function evaluate(expression: Expression, nodes: readonly Searchable[], now: number): SearchResult {
  const known = fieldNamesOf(nodes);
  const unknown: (Span & { field: string })[] = [];
  for (const { field, from, to } of comparisonsIn(expression)) {
    if (!known.has(field)) {
      unknown.push({ field, from, to });
    }
  }
  const matches = new Set<string>();
  for (const node of nodes) {
    if (holds(expression, node, known, now)) {
      matches.add(node.id);
    }
  }
  return { matches, unknown };
}

function comparisonsIn(expression: Expression): FieldComparison[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.parts.flatMap(comparisonsIn);
    case 'not':
      return comparisonsIn(expression.part);
    case 'comparison':
      return [expression];
    case 'term':
    case 'field':
      return [];
  }
}

function holds(expression: Expression, node: Searchable, known: ReadonlySet<string>, now: number): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.parts.every((part) => holds(part, node, known, now));
    case 'or':
      return expression.parts.some((part) => holds(part, node, known, now));
    case 'not':
      return !holds(expression.part, node, known, now);
    case 'term':
      return node.texts.some((text) => expression.pattern.matches(text));
    case 'field':
      return known.has(expression.field)
        ? (node.fields.get(expression.field) ?? []).some((text) => expression.pattern.matches(text))
        : node.texts.some((text) => expression.otherwise.matches(text));
    case 'comparison': {
      const number = node.numbers.get(expression.field);
      return number !== undefined && compares(number, expression, now);
    }
  }
}

function compares(number: FieldNumber, { comparison, quantity }: FieldComparison, now: number): boolean {
  if (number.isMoment) {
    return quantity.dimension === 'seconds' && isSo(now - number.value, comparison, quantity.value);
  }
  if (quantity.dimension === 'percent') {
    return (
      number.whole !== null &&
      number.whole > 0 &&
      isSo(number.value / number.whole, comparison, quantity.value)
    );
  }
  return isSo(number.value, comparison, quantity.value);
}

function isSo(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '=':
      return left === right;
    case '!=':
      return left !== right;
  }
}

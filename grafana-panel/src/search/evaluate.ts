import type { Comparison, Expression, FieldComparison, FieldTerm, Pattern, Span } from './expression';
import { fieldNamesOf, type FieldNumber, type Searchable } from './searchable';

const LEAST_OF_IDENTIFIER = 4;

export interface SearchResult {
  /** Ids of the nodes that match. */
  readonly matches: ReadonlySet<string>;
  /** Fields that are asked for although no node has one of that name, and where. */
  readonly unknown: readonly (Span & { readonly field: string })[];
  /** Fields that nodes have. */
  readonly known: ReadonlySet<string>;
}

/** @param now Unix seconds: ages are counted from it. */
export function evaluate(expression: Expression, nodes: readonly Searchable[], now: number): SearchResult {
  const known = fieldNamesOf(nodes);
  const unknown: (Span & { field: string })[] = [];
  for (const { field, from, to } of fieldsIn(expression)) {
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
  return { matches, unknown, known };
}

function fieldsIn(expression: Expression): (FieldComparison | FieldTerm)[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.parts.flatMap(fieldsIn);
    case 'not':
      return fieldsIn(expression.part);
    case 'comparison':
    case 'field':
      return [expression];
    case 'term':
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
      return isReadOn(node, expression.pattern);
    case 'field':
      return known.has(expression.field)
        ? (node.fields.get(expression.field) ?? []).some((text) => expression.pattern.matches(text))
        : isReadOn(node, expression.otherwise);
    case 'comparison': {
      const number = node.numbers.get(expression.field);
      return number !== undefined && compares(number, expression, now);
    }
  }
}

/** An identifier is found by its beginning, of four letters at least. */
function isReadOn({ texts, identifiers }: Searchable, pattern: Pattern): boolean {
  const beginning = pattern.source.toLowerCase().replace(/^sha256:/, '');
  return (
    texts.some((text) => pattern.matches(text)) ||
    (beginning.length >= LEAST_OF_IDENTIFIER && identifiers.some((text) => text.startsWith(beginning)))
  );
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

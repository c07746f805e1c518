/** Where something stands in the text of a search: code units, `to` excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const COMPARISONS = ['>=', '<=', '!=', '>', '<', '='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A search as a tree. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly part: Expression }
  | Term
  | FieldTerm
  | FieldComparison;

/** In any text of a node. */
export interface Term extends Span {
  readonly kind: 'term';
  readonly pattern: Pattern;
}

/** In the texts of one field. */
export interface FieldTerm extends Span {
  readonly kind: 'field';
  readonly field: string;
  readonly pattern: Pattern;
  /** What it means where nothing has such a field: `nginx:1.25` is then a piece of text. */
  readonly otherwise: Pattern;
}

export interface FieldComparison extends Span {
  readonly kind: 'comparison';
  readonly field: string;
  readonly comparison: Comparison;
  readonly quantity: Quantity;
}

/** Looks for itself in a text, whatever the case of its letters. */
export interface Pattern {
  readonly source: string;
  matches(text: string): boolean;
}

/** `percent`: a share, 0.5 for 50 %; `seconds`: a duration; `plain`: anything else, units and thousands worked in. */
export interface Quantity {
  readonly value: number;
  readonly dimension: 'plain' | 'percent' | 'seconds';
}

/** What is wrong with a search, and where. */
export interface SearchError extends Span {
  readonly message: string;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression } from './expression';
import { parseSearch } from './parse';

describe('a search', () => {
  it.each([
    { text: 'web', means: 'web' },
    { text: 'web db', means: '(web and db)' },
    { text: 'web AND db or cache', means: '((web and db) or cache)' },
    { text: 'web and (db or cache)', means: '(web and (db or cache))' },
    { text: 'not web', means: 'not(web)' },
    { text: '-web !db', means: '(not(web) and not(db))' },
    { text: 'not not web', means: 'web' },
    { text: '"and"', means: 'and' },
    { text: '"say \\"hi\\""', means: 'say "hi"' },
    { text: 'image:shop/web:3', means: 'image:shop/web:3' },
    { text: 'name:/^web-\\d+$/', means: 'name:^web-\\d+$' },
    { text: '/usr/bin', means: '/usr/bin' },
    { text: 'web(1|2)', means: 'web(1|2)' },
    { text: 'web-1', means: 'web-1' },
    { text: 'c++', means: 'c++' },
    { text: 'cpu>50%', means: 'cpu > 0.5 percent' },
    { text: 'cpu >= 1.5', means: 'cpu >= 1.5 plain' },
    { text: 'memory < 200MiB', means: 'memory < 209715200 plain' },
    { text: 'network_in>1.5k', means: 'network_in > 1500 plain' },
    { text: 'disk_read>10MB/s', means: 'disk_read > 10000000 plain' },
    { text: 'memory > 200 MiB', means: 'memory > 209715200 plain' },
    { text: 'cpu > 5 % web', means: '(cpu > 0.05 percent and web)' },
    { text: 'cpu > 50% web', means: '(cpu > 0.5 percent and web)' },
    { text: 'cpu > 5 and bananas', means: '(cpu > 5 plain and bananas)' },
    { text: 'cpu > 5 "s"', means: '(cpu > 5 plain and s)' },
    { text: 'inbound = 0 outbound = 0', means: '(inbound = 0 plain and outbound = 0 plain)' },
    { text: 'restarts > 0 image:web', means: '(restarts > 0 plain and image:web)' },
    { text: 'started<10m', means: 'started < 600 seconds' },
    { text: 'exit_code != 0', means: 'exit_code != 0 plain' },
  ])('$text means $means', ({ text, means }) => {
    const { expression, error } = parseSearch(text);
    expect(error).toBeUndefined();
    expect(expression && shown(expression)).toBe(means);
  });

  it('for nothing is no search', () => {
    expect(parseSearch('  ')).toEqual({ expression: undefined, error: undefined });
  });

  it.each([
    { text: 'web and', at: [7, 7], says: 'Something to look for is missing here.' },
    { text: '(web or db', at: [0, 1], says: 'This bracket is not closed.' },
    { text: 'web) db', at: [3, 4], says: 'No bracket was opened for this one.' },
    { text: 'or web', at: [0, 2], says: 'missing before this' },
    { text: 'web or or db', at: [7, 9], says: 'missing before this' },
    { text: '> 5', at: [0, 1], says: 'A field is missing before “>”' },
    { text: 'cpu > much', at: [6, 10], says: 'A number is expected here' },
    { text: 'cpu > 5 parsecs5 > 5x', at: [19, 21], says: 'A number is expected here' },
    { text: 'cpu > 5 bananas', at: [8, 15], says: '“bananas” is no unit' },
    { text: 'name:', at: [5, 5], says: 'A value is missing here.' },
    { text: 'name:(web)', at: [4, 5], says: '' },
    { text: 'say "hi', at: [4, 5], says: 'This quotation mark is not closed.' },
    { text: 'web /[a/', at: [4, 8], says: 'This is no regular expression.' },
    { text: 'x (a+)+', at: [2, 7], says: '' },
  ])('of $text says what is wrong at its place', ({ text, at, says }) => {
    const { error } = parseSearch(text);
    if (says !== '') {
      expect(error?.message).toContain(says);
      expect([error?.from, error?.to]).toEqual(at);
    }
  });

  it('never throws, and places every error within the text', () => {
    const pieces = fc.constantFrom(
      '(',
      ')',
      '"',
      '/',
      ':',
      '>',
      '<=',
      '!',
      '-',
      'and',
      'or',
      'not',
      ' ',
      '50%',
      'cpu',
      '\\',
      '[',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 }))).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { expression, error } = parseSearch(text);
        expect(expression === undefined || error === undefined).toBe(true);
        if (error) {
          expect(error.from).toBeGreaterThanOrEqual(0);
          expect(error.from).toBeLessThanOrEqual(error.to);
          expect(error.to).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads back as the tree that it was written from', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(parseSearch(written(tree)).expression).toMatchObject(tree);
      }),
    );
  });
});

interface WrittenTerm {
  readonly kind: 'term';
  readonly pattern: { readonly source: string };
}
type WrittenTree =
  | WrittenTerm
  | { readonly kind: 'not'; readonly part: WrittenTree }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly WrittenTree[] };

/** Trees without what the reader folds: double negation stays apart by brackets, a group within the same kind does too. */
const { trees } = fc.letrec<{ trees: WrittenTree }>((tie) => ({
  trees: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'trees' },
    fc.string().map((source): WrittenTree => ({ kind: 'term', pattern: { source } })),
    fc.record({ kind: fc.constant('not' as const), part: tie('trees') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('trees'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

function written(tree: WrittenTree): string {
  switch (tree.kind) {
    case 'term':
      return `"${tree.pattern.source.replaceAll(/["\\]/g, '\\$&')}"`;
    case 'not':
      return `not (${written(tree.part)})`;
    case 'and':
    case 'or':
      return tree.parts.map((part) => `(${written(part)})`).join(` ${tree.kind} `);
  }
}

function shown(expression: Expression): string {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return `(${expression.parts.map(shown).join(` ${expression.kind} `)})`;
    case 'not':
      return `not(${shown(expression.part)})`;
    case 'term':
      return expression.pattern.source;
    case 'field':
      return `${expression.field}:${expression.pattern.source}`;
    case 'comparison':
      return `${expression.field} ${expression.comparison} ${expression.quantity.value} ${expression.quantity.dimension}`;
  }
}

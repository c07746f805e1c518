import type { Expression, Pattern, Quantity, SearchError, Span } from './expression';
import { compiled, literalPattern, regularPattern } from './pattern';
import { parseQuantity } from './quantity';
import { FIELD, tokensOf, type Token } from './tokens';

/** `expression` undefined without `error`: nothing is searched for. */
export interface ParsedSearch {
  readonly expression: Expression | undefined;
  readonly error: SearchError | undefined;
}

/** Brackets deeper than this are nobody's search, and would end the stack. */
const DEEPEST = 50;

/**
 * Reads a search:
 *
 *     search  = and { "or" and }
 *     and     = not { [ "and" ] not }
 *     not     = { "not" | "!" | "-" } primary
 *     primary = "(" search ")" | field ":" value | field comparison quantity | value
 *     value   = word | "quoted" | /regular expression/
 *
 * A word is a regular expression when it is one, else text. An error says where it is; nothing is thrown.
 */
export function parseSearch(text: string): ParsedSearch {
  const parser = new Parser(tokensOf(text), text.length);
  try {
    return { expression: parser.search(), error: undefined };
  } catch (error) {
    if (error instanceof Misplaced) {
      return { expression: undefined, error: { message: error.message, ...error.span } };
    }
    throw error;
  }
}

class Misplaced extends Error {
  constructor(
    message: string,
    readonly span: Span,
  ) {
    super(message);
  }
}

class Parser {
  #at = 0;
  #depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly length: number,
  ) {}

  search(): Expression | undefined {
    if (this.tokens.length === 0) {
      return undefined;
    }
    const expression = this.#or();
    const rest = this.#peek();
    if (rest) {
      throw new Misplaced('No bracket was opened for this one.', rest);
    }
    return expression;
  }

  #or(): Expression {
    const parts = [this.#and()];
    while (this.#take('or')) {
      parts.push(this.#and());
    }
    return joined('or', parts);
  }

  #and(): Expression {
    const parts = [this.#not()];
    for (let next = this.#peek(); next && next.kind !== 'or' && next.kind !== 'close'; next = this.#peek()) {
      this.#take('and');
      parts.push(this.#not());
    }
    return joined('and', parts);
  }

  #not(): Expression {
    let negative = false;
    while (this.#take('not')) {
      negative = !negative;
    }
    const part = this.#primary();
    return negative ? { kind: 'not', part } : part;
  }

  #primary(): Expression {
    const token = this.#next('Something to look for is missing here.');
    switch (token.kind) {
      case 'open':
        return this.#bracketed(token);
      case 'word':
      case 'quoted':
      case 'regular':
        return this.#term(token);
      case 'comparison':
        throw new Misplaced(
          `A field is missing before “${token.comparison}”, as in cpu ${token.comparison} 50%.`,
          token,
        );
      case 'colon':
      case 'close':
      case 'and':
      case 'or':
      case 'not':
        throw new Misplaced('Something to look for is missing before this.', token);
    }
  }

  #bracketed(open: Token): Expression {
    if (++this.#depth > DEEPEST) {
      throw new Misplaced(`More than ${DEEPEST} brackets within each other.`, open);
    }
    const inner = this.#or();
    if (!this.#take('close')) {
      throw new Misplaced('This bracket is not closed.', open);
    }
    this.#depth--;
    return inner;
  }

  #term(token: ValueToken): Expression {
    const next = this.#peek();
    if (token.kind === 'word' && next?.kind === 'colon') {
      this.#at++;
      const value = this.#value(next);
      const whole = { from: token.from, to: value.to };
      const otherwise = literalPattern(
        `${token.text}:${value.kind === 'regular' ? `/${value.text}/` : value.text}`,
      );
      return {
        kind: 'field',
        field: token.text.toLowerCase(),
        pattern: patternOf(value),
        otherwise,
        ...whole,
      };
    }
    if (
      next?.kind === 'comparison' &&
      (token.kind === 'quoted' || (token.kind === 'word' && FIELD.test(token.text)))
    ) {
      this.#at++;
      const { quantity, to } = this.#quantity(next);
      const { comparison } = next;
      const whole = { from: token.from, to };
      return { kind: 'comparison', field: token.text.toLowerCase(), comparison, quantity, ...whole };
    }
    return { kind: 'term', pattern: patternOf(token), from: token.from, to: token.to };
  }

  /** A number and its unit, which may stand apart: a bare word after a bare number is its unit or a mistake. */
  #quantity(after: Token): { quantity: Quantity; to: number } {
    const number = this.#value(after);
    const quantity = parseQuantity(number.text);
    if (!quantity) {
      throw new Misplaced('A number is expected here, as in 50%, 1.5k, 200MiB or 30ms.', number);
    }
    const [unit, follower] = [this.#peek(), this.tokens[this.#at + 1]];
    const isBare =
      number.kind === 'word' &&
      /[\d.]$/.test(number.text) &&
      unit?.kind === 'word' &&
      follower?.kind !== 'colon' &&
      follower?.kind !== 'comparison';
    if (!isBare) {
      return { quantity, to: number.to };
    }
    const measured = parseQuantity(number.text + unit.text);
    if (!measured) {
      throw new Misplaced(
        `“${unit.text}” is no unit, as %, k, MiB or ms are. If it is another word to look for, write “and” before it.`,
        unit,
      );
    }
    this.#at++;
    return { quantity: measured, to: unit.to };
  }

  #value(after: Token): ValueToken {
    const token = this.#next('A value is missing here.');
    if (token.kind === 'word' || token.kind === 'quoted' || token.kind === 'regular') {
      return token;
    }
    throw new Misplaced('A value is missing after this.', after);
  }

  #peek(): Token | undefined {
    return this.tokens[this.#at];
  }

  #next(missing: string): Token {
    const token = this.tokens[this.#at++];
    if (!token) {
      throw new Misplaced(missing, { from: this.length, to: this.length });
    }
    return token;
  }

  #take(kind: Token['kind']): boolean {
    const found = this.#peek()?.kind === kind;
    this.#at += found ? 1 : 0;
    return found;
  }
}

type ValueToken = Extract<Token, { readonly text: string }>;

function joined(kind: 'and' | 'or', parts: readonly Expression[]): Expression {
  const [only] = parts;
  return only && parts.length === 1 ? only : { kind, parts };
}

function patternOf(token: ValueToken): Pattern {
  if (token.kind === 'quoted') {
    if (!token.closed) {
      throw new Misplaced('This quotation mark is not closed.', { from: token.from, to: token.from + 1 });
    }
    return literalPattern(token.text);
  }
  if (token.kind === 'word' && !/[\\^$.*+?()[\]{}|]/.test(token.text)) {
    return literalPattern(token.text);
  }
  const pattern = regularPattern(token.text);
  if (typeof pattern !== 'string') {
    return pattern;
  }
  if (token.kind === 'word' && compiled(token.text) === undefined) {
    return literalPattern(token.text);
  }
  throw new Misplaced(pattern, token);
}

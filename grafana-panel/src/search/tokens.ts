import { COMPARISONS, type Comparison, type Span } from './expression';

export type Token = Span &
  (
    | { readonly kind: 'open' | 'close' | 'and' | 'or' | 'not' }
    | { readonly kind: 'comparison'; readonly comparison: Comparison }
    | { readonly kind: 'colon' }
    /** A word; `field` when it can be the name of one. */
    | { readonly kind: 'word'; readonly text: string }
    | { readonly kind: 'quoted'; readonly text: string; readonly closed: boolean }
    | { readonly kind: 'regular'; readonly text: string }
  );

const KEYWORDS = new Set(['and', 'or', 'not']);
export const FIELD = /^[A-Za-z_][\w.-]*$/;

/** The words and signs of a search. Never fails: what is wrong shows when they are put together. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at, tokens.at(-1));
    if (token) {
      tokens.push(token);
    }
    at = token?.to ?? at + 1;
  }
  return tokens;
}

function tokenAt(text: string, from: number, before: Token | undefined): Token | undefined {
  const character = text[from] ?? '';
  if (/\s/.test(character)) {
    return undefined;
  }
  if (character === '(' || character === ')') {
    return { kind: character === '(' ? 'open' : 'close', from, to: from + 1 };
  }
  const comparison = COMPARISONS.find((sign) => text.startsWith(sign, from));
  if (comparison !== undefined) {
    return { kind: 'comparison', comparison, from, to: from + comparison.length };
  }
  const afterField = before?.kind === 'word' && before.to === from && FIELD.test(before.text);
  if (character === ':' && afterField) {
    return { kind: 'colon', from, to: from + 1 };
  }
  if (character === '!' || (character === '-' && /[^\s\d]/.test(text[from + 1] ?? ' '))) {
    return { kind: 'not', from, to: from + 1 };
  }
  if (character === '"') {
    return quotedAt(text, from);
  }
  return regularAt(text, from) ?? wordAt(text, from, before?.kind === 'colon');
}

function quotedAt(text: string, from: number): Token {
  let content = '';
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') {
      return { kind: 'quoted', text: content, closed: true, from, to: at + 1 };
    }
    if (text[at] === '\\' && /["\\]/.test(text[at + 1] ?? '')) {
      at++;
    }
    content += text[at] ?? '';
  }
  return { kind: 'quoted', text: content, closed: false, from, to: text.length };
}

/** `/…/` where nothing follows it at once: `/usr/bin` is a word. */
function regularAt(text: string, from: number): Token | undefined {
  const [whole, content] =
    /^\/((?:[^/\\\s]|\\.| (?=[^/]*\/(?:[\s)]|$)))+)\/(?=[\s)]|$)/.exec(text.slice(from)) ?? [];
  return whole === undefined || content === undefined
    ? undefined
    : { kind: 'regular', text: content, from, to: from + whole.length };
}

/** Up to a space or a sign; brackets that open within a word belong to it, and so does a colon in a value. */
function wordAt(text: string, from: number, isValue: boolean): Token {
  let depth = 0;
  let at = from;
  for (; at < text.length; at++) {
    const character = text[at] ?? '';
    if (/\s/.test(character) || (character === ')' && depth === 0)) {
      break;
    }
    if (!isValue && at > from && depth === 0 && /[<>=]/.test(character)) {
      break;
    }
    if (!isValue && character === ':' && FIELD.test(text.slice(from, at))) {
      break;
    }
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
  }
  const to = Math.max(at, from + 1);
  const word = text.slice(from, to);
  const keyword = word.toLowerCase();
  return !isValue && KEYWORDS.has(keyword)
    ? { kind: keyword as 'and' | 'or' | 'not', from, to }
    : { kind: 'word', text: word, from, to };
}

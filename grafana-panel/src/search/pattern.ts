import type { Pattern } from './expression';

/** Longer texts are searched in their first part only: with the bounds below, a look at one stays under a millisecond. */
const LONGEST_TEXT = 200;
const LONGEST_SOURCE = 200;
const MOST_QUANTIFIERS = 8;
/** Each one that may repeat without end multiplies the work by the text's length. */
const MOST_ENDLESS = 3;
const MOST_REPEATS = 50;

/** The text as it is. */
export function literalPattern(source: string): Pattern {
  const wanted = source.toLowerCase();
  return { source, matches: (text) => text.toLowerCase().includes(wanted) };
}

/**
 * A regular expression, or why it is none.
 *
 * @returns A message for what does not compile, or could take forever on some text.
 */
export function regularPattern(source: string): Pattern | string {
  const expression = compiled(source);
  if (!expression) {
    return 'This is no regular expression.';
  }
  const danger = dangerOf(source);
  if (danger !== undefined) {
    return danger;
  }
  return { source, matches: (text) => expression.test(text.slice(0, LONGEST_TEXT)) };
}

export function compiled(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'i');
  } catch {
    return undefined;
  }
}

/**
 * Backtracking takes exponential time when something repeats whose parts repeat or can be read in several ways: such
 * expressions are refused rather than understood.
 */
export function dangerOf(source: string): string | undefined {
  if (source.length > LONGEST_SOURCE) {
    return `The regular expression is longer than ${LONGEST_SOURCE} characters.`;
  }
  const plain = withoutEscapesAndClasses(source);
  if (plain === undefined) {
    return 'Back references are not supported.';
  }
  if (/\(\?(?!:)/.test(plain)) {
    return 'Lookarounds and named groups are not supported.';
  }
  const groups: { choices: boolean }[] = [];
  let quantifiers = 0;
  let endless = 0;
  let closed: { choices: boolean } | undefined;
  for (let at = 0; at < plain.length;) {
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(plain.slice(at))?.[0];
    if (quantifier !== undefined && at > 0) {
      const most = mostRepeats(quantifier);
      quantifiers++;
      endless += most === Infinity ? 1 : 0;
      if (closed?.choices && most > 1) {
        return 'Something that repeats has parts that repeat or can be chosen: this could take forever.';
      }
      if (most !== Infinity && most > MOST_REPEATS) {
        return `More than ${MOST_REPEATS} repetitions.`;
      }
      groups.forEach((group) => (group.choices = true));
      closed = undefined;
      at += quantifier.length;
      continue;
    }
    const character = plain[at];
    closed = undefined;
    if (character === '(') {
      groups.push({ choices: false });
      at += plain.startsWith('(?:', at) ? 2 : 0;
    } else if (character === ')') {
      closed = groups.pop();
    } else if (character === '|') {
      groups.forEach((group) => (group.choices = true));
    }
    at++;
  }
  return quantifiers > MOST_QUANTIFIERS || endless > MOST_ENDLESS
    ? 'Too much repeats in this regular expression: this could take forever.'
    : undefined;
}

function mostRepeats(quantifier: string): number {
  if (quantifier.startsWith('?')) {
    return 1;
  }
  const [, least, comma, most] = /^\{(\d+)(,?)(\d*)\}/.exec(quantifier) ?? [];
  return least === undefined
    ? Infinity
    : comma === ''
      ? Number(least)
      : most === ''
        ? Infinity
        : Number(most);
}

/** The same with a letter for every escape and class, so that what is left are operators; undefined: a back reference. */
function withoutEscapesAndClasses(source: string): string | undefined {
  let plain = '';
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if (character === '\\') {
      if (/[1-9k]/.test(source[at + 1] ?? '')) {
        return undefined;
      }
      plain += 'x';
      at++;
    } else if (character === '[') {
      for (at++; at < source.length && source[at] !== ']'; at++) {
        at += source[at] === '\\' ? 1 : 0;
      }
      plain += 'x';
    } else {
      plain += character ?? '';
    }
  }
  return plain;
}

import { RE2JS } from 're2js';
import { z } from 'zod';

/** Answers whether a whole text matches. */
export type Matcher = (text: string) => boolean;

/**
 * A pattern of the policy file: `*` is any text, `?` is one character, everything else is itself. Matching is linear in
 * the text whatever the pattern, because names and labels are chosen by whoever starts a container.
 */
export const globSchema = z
  .string()
  .min(1)
  .max(256)
  .transform((pattern) => compileGlob(pattern));

export function compileGlob(pattern: string): Matcher {
  const expression = Array.from(pattern)
    .map((character) => (character === '*' ? '.*' : character === '?' ? '.' : RE2JS.quote(character)))
    .join('')
    .replaceAll(/(?:\.\*)+/g, '.*');
  const compiled = RE2JS.compile(expression, RE2JS.DOTALL);
  return (text) => compiled.testExact(text);
}

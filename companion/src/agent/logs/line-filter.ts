import { RE2JS } from 're2js';
import { Problem } from '../../protocol/problems.js';

export type LineFilter = (bytes: Buffer) => boolean;

/** A larger automaton would make a line of 64 KiB take more than some tens of milliseconds. */
const MAX_PROGRAM_SIZE = 1000;

/** The lines that a user wants. Throws `bad-request` when the pattern is none or too large. */
export function lineFilter(grep: string | undefined, regex: string | undefined): LineFilter | undefined {
  const contains = grep === undefined ? undefined : substring(grep);
  const matches = regex === undefined ? undefined : expression(regex);
  if (contains === undefined || matches === undefined) {
    return contains ?? matches;
  }
  return (bytes) => contains(bytes) && matches(bytes);
}

function substring(text: string): LineFilter {
  const wanted = Buffer.from(text);
  return (bytes) => bytes.includes(wanted);
}

/** RE2: time linear in the line whatever the pattern, without look-around and back-references. */
function expression(pattern: string): LineFilter {
  const compiled = compile(pattern);
  if (compiled.programSize() > MAX_PROGRAM_SIZE) {
    throw new Problem('bad-request', 'The regular expression is too large; make its repetitions smaller.');
  }
  return (bytes) => compiled.test(bytes.toString());
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new Problem('bad-request', `The regular expression is not valid: ${describe(error)}`, {
      cause: error,
    });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'unknown';
}

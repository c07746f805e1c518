import { InvalidArgumentError } from 'commander';

/** One command-line flag as data: the parser, `--help`, the environment and the documents read it. */
export interface Flag<Value = unknown> {
  /** Without the dashes: `web.listen-address`. */
  readonly name: string;
  /** What stands for the value in the help; undefined for switches. */
  readonly value: string | undefined;
  /** As a user would write it; empty for none. */
  readonly default: string;
  readonly help: string;
  /** May be given more than once; the texts are joined by commas. */
  readonly repeatable: boolean;
  /** @throws InvalidArgumentError with one sentence that says what is wanted */
  readonly parse: (text: string) => Value;
}

/** Declares a flag with a value. */
export function flag<Value>(
  name: string,
  value: string,
  fallback: string,
  help: string,
  parse: (text: string) => Value,
): Flag<Value> {
  return { name, value, default: fallback, help, parse, repeatable: false };
}

/** Declares a flag that may be repeated; its parser gets the texts joined by commas. */
export function repeatableFlag<Value>(...declaration: Parameters<typeof flag<Value>>): Flag<Value> {
  return { ...flag(...declaration), repeatable: true };
}

/** Declares a switch. One that is on by default is turned off by `--no-NAME`. */
export function switchFlag(name: string, fallback: boolean, help: string): Flag<boolean> {
  return { name, value: undefined, default: String(fallback), help, parse: parseSwitch, repeatable: false };
}

/** The environment variable of a flag: `web.listen-address` is TOPOSCOPE_WEB_LISTEN_ADDRESS. */
export function environmentName(name: string): string {
  return `TOPOSCOPE_${name.toUpperCase().replace(/[.-]/g, '_')}`;
}

/** Any text. */
export function text(value: string): string {
  return value;
}

export function absolutePath(value: string): string {
  if (!value.startsWith('/')) {
    throw new InvalidArgumentError('It must be an absolute path.');
  }
  return value.length > 1 ? value.replace(/\/+$/, '') : value;
}

export function optionalPath(value: string): string | undefined {
  return value === '' ? undefined : value;
}

export function count(value: string): number {
  if (!/^\d{1,9}$/.test(value)) {
    throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  }
  return Number(value);
}

export function oneOf<Choice extends string>(choices: readonly Choice[]) {
  return (value: string): Choice => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) {
      throw new InvalidArgumentError(`It must be one of ${choices.join(', ')}.`);
    }
    return found;
  };
}

export function commaSeparated(value: string): readonly string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration such as `15m`, `90s` or `1h30m`, in milliseconds, from the least to the most, both written like that. */
export function duration(least: string, most: string) {
  return (value: string): number => {
    const milliseconds = millisecondsOf(value);
    if (milliseconds < millisecondsOf(least) || milliseconds > millisecondsOf(most)) {
      throw new InvalidArgumentError(`It must be from ${least} to ${most}.`);
    }
    return milliseconds;
  };
}

function millisecondsOf(duration: string): number {
  if (!/^(?:\d+(?:ms|s|m|h))+$/.test(duration)) {
    throw new InvalidArgumentError('It must be a duration such as 90s, 15m or 1h30m.');
  }
  const parts = duration.matchAll(/(\d+)(ms|s|m|h)/g);
  return [...parts].reduce((sum, [, number, unit]) => sum + Number(number) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}

function parseSwitch(value: string): boolean {
  switch (value.toLowerCase()) {
    case 'true':
    case '1':
    case 'yes':
      return true;
    case 'false':
    case '0':
    case 'no':
      return false;
    default:
      throw new InvalidArgumentError('It must be true or false.');
  }
}

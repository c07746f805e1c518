/** Stands for what is hidden. */
export const MASK = '***';

const SECRET_NAME =
  /pass(?:word|wd|phrase)?|secret|token|credential|api[-_]?key|access[-_]?key|private[-_]?key|auth/i;

/** True for a name such as `DB_PASSWORD` or `apiToken`. */
export function looksSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}

/**
 * Hides what looks like a secret in the words of a command: `--password=x`, `--token x`, `DB_PASSWORD=x` and
 * `scheme://user:x@host`. It errs towards hiding; what it cannot know, it cannot hide.
 */
export function maskCommand(words: readonly string[]): string[] {
  let hideNext = false;
  return words.map((word) => {
    if (hideNext) {
      hideNext = false;
      return MASK;
    }
    const equals = word.indexOf('=');
    if (equals > 0 && looksSecret(word.slice(0, equals))) {
      return `${word.slice(0, equals)}=${MASK}`;
    }
    if (word.startsWith('-') && equals < 0 && looksSecret(word)) {
      hideNext = true;
      return word;
    }
    return maskUrlPassword(word);
  });
}

/** Environment with its names kept and every value hidden. */
export function maskEnvironment(variables: readonly string[]): Record<string, string> {
  const names = variables.map((variable) => variable.split('=', 1)[0] ?? '').filter((name) => name !== '');
  return Object.fromEntries(names.map((name) => [name, MASK]));
}

/** An action's arguments as the audit log may keep them. */
export function maskArguments(request: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(request)
      .filter(([name]) => name !== 'action')
      .map(([name, value]) => [name, name === 'command' && isWords(value) ? maskCommand(value) : value]),
  );
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}

function maskUrlPassword(word: string): string {
  const scheme = word.indexOf('://');
  const at = scheme < 0 ? -1 : word.indexOf('@', scheme);
  const colon = at < 0 ? -1 : word.indexOf(':', scheme + 3);
  return colon > 0 && colon < at ? `${word.slice(0, colon)}:${MASK}${word.slice(at)}` : word;
}

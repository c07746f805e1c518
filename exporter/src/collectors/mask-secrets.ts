/** Longest command line that becomes a label. */
const LONGEST = 512;
const MASK = '***';

/** Names of options and variables whose values are secrets. */
const SECRET_NAME =
  /pass(?:word|wd|phrase)?$|pwd$|secret|token|credential|api[-_]?key|access[-_]?key|private[-_]?key|auth$|authorization/i;

/**
 * Joins a command's arguments with the secrets in them replaced: `--password=x`, `--password x`, `TOKEN=x`,
 * `-H 'Authorization: x'` and passwords in URLs. What does not say that it is a secret cannot be known to be one,
 * which is why commands are off by default.
 */
export function maskSecrets(args: readonly string[]): string {
  let valueIsSecret = false;
  const masked = args.map((argument) => {
    if (valueIsSecret && !argument.startsWith('-')) {
      valueIsSecret = false;
      return MASK;
    }
    valueIsSecret = /^--?[A-Za-z][\w.-]*$/.test(argument) && SECRET_NAME.test(argument);
    return maskUrl(maskAssignment(argument));
  });
  const line = masked.join(' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** `name=value` and `Name: value`, with or without dashes before the name. */
function maskAssignment(argument: string): string {
  const [, name = '', separator = ''] = /^([\w.-]+)(=|: ?)/.exec(argument) ?? [];
  return name !== '' && SECRET_NAME.test(name) ? name + separator + MASK : argument;
}

/** The password in `scheme://user:password@host` (RFC 3986, 3.2.1). */
function maskUrl(argument: string): string {
  return argument.replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:)[^\s@/]+@/gi, `$1${MASK}@`);
}

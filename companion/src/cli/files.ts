import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';

/**
 * The parser of a flag that names a file: what `parse` makes of its text. Commander puts the flag or its variable, and the
 * path, before what went wrong.
 *
 * @param missing what to do where there is no such file
 * @param parse throws a sentence that says what the file has to hold
 */
export function contentOf<Content>(missing: string, parse: (text: string, path: string) => Content) {
  return opened(missing, (path) => parse(readFileSync(path, 'utf8'), path));
}

/** The same for a file that is read later, and perhaps again and again. */
export function readableFile(missing: string) {
  return opened(missing, (path) => {
    accessSync(path, constants.R_OK);
    return path;
  });
}

/** The same for a directory that files are made in. */
export function writableDirectory(missing: string) {
  return opened(missing, (path) => {
    if (!statSync(path).isDirectory()) {
      throw new Error('It has to be a directory.');
    }
    accessSync(path, constants.W_OK);
    return path;
  });
}

function opened<Result>(missing: string, open: (path: string) => Result) {
  return (path: string): Result => {
    try {
      return open(path);
    } catch (error) {
      throw Object.assign(new InvalidArgumentError(reasonOf(error, missing)), { cause: error });
    }
  };
}

/** Why a file could not be used, and what to do, as sentences. */
export function reasonOf(error: unknown, missing: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code ?? '') {
    case 'ENOENT':
    case 'ENOTDIR':
      return `It does not exist: ${missing}.`;
    case 'EACCES':
    case 'EPERM':
      return `The user ${process.getuid?.() ?? 'of this process'} may not open it: change its owner or its mode.`;
    case 'EISDIR':
      return 'It is a directory, and has to be a file.';
    default:
      return message;
  }
}

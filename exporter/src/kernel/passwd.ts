import { statSync } from 'node:fs';
import { isAbsence, readSmallText } from './small-file.js';

/** Names of users by number. */
export interface UserNames {
  /** The name in the file of users, else the number itself. */
  nameOf(uid: number): string;
}

/** Reads a passwd(5) file, again when it changes. Users of LDAP and the like are not in it: their number is shown. */
export function createUserNames(path: string): UserNames {
  let names: ReadonlyMap<number, string> = new Map();
  let changedAt = -1;
  return {
    nameOf(uid) {
      const known = names.get(uid);
      if (known !== undefined) {
        return known;
      }
      const modified = modificationTime(path);
      if (modified !== changedAt) {
        changedAt = modified;
        names = parsePasswd(readSmallText(path) ?? '');
      }
      return names.get(uid) ?? String(uid);
    },
  };
}

/** Parses `name:password:uid:…` lines; the first name of a number wins, as in getpwuid(3). */
export function parsePasswd(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [, name, uid] = /^([^:#+-][^:]*):[^:]*:(\d+):/.exec(line) ?? [];
    if (name !== undefined && !names.has(Number(uid))) {
      names.set(Number(uid), name);
    }
  }
  return names;
}

function modificationTime(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch (error) {
    if (isAbsence(error)) {
      return 0;
    }
    throw error;
  }
}

import type { RecordReader } from './kept-files.js';

/** Reads a file of one number. Undefined when it is absent or says `max`. */
export function readNumber(path: string, read: RecordReader): number | undefined {
  const bytes = read(path);
  return bytes && wholeNumber(bytes.toString('latin1').trimEnd());
}

/** What a flat keyed file says: `name number` a line (Documentation/admin-guide/cgroup-v2.rst). */
export interface KeyedNumbers {
  /** Undefined when no line says it. */
  get(name: string): number | undefined;
}

/** Reads a flat keyed file; undefined when it is absent. Lines of another form are skipped. */
export function readKeyed(path: string, read: RecordReader): KeyedNumbers | undefined {
  const bytes = read(path);
  return bytes && parseKeyed(bytes);
}

/** Looks only for the names that are asked for: `memory.stat` has 40 more at every scrape of every container. */
export function parseKeyed(bytes: Buffer): KeyedNumbers {
  const text = `\n${bytes.toString('latin1')}`;
  return {
    get(name) {
      const found = text.indexOf(`\n${name} `);
      if (found < 0) {
        return undefined;
      }
      const start = found + name.length + 2;
      const end = text.indexOf('\n', start);
      return wholeNumber(text.slice(start, end < 0 ? undefined : end));
    },
  };
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

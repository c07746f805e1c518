import type { RecordReader } from './kept-files.js';

/** Reads a file of one number. Undefined when it is absent or says `max`. */
export function readNumber(path: string, read: RecordReader): number | undefined {
  const text = read(path)?.toString('latin1').trim();
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

/**
 * Reads a flat keyed file (`name number` a line, Documentation/admin-guide/cgroup-v2.rst). Undefined when it is
 * absent; lines of another form are skipped.
 */
export function readKeyed(path: string, read: RecordReader): ReadonlyMap<string, number> | undefined {
  const bytes = read(path);
  return bytes && parseKeyed(bytes);
}

export function parseKeyed(bytes: Buffer): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const line of bytes.toString('latin1').split('\n')) {
    const space = line.indexOf(' ');
    const value = Number(line.slice(space + 1));
    if (space > 0 && space < line.length - 1 && Number.isFinite(value)) {
      values.set(line.slice(0, space), value);
    }
  }
  return values;
}

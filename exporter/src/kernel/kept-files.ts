import { readOpenFilesLimit } from './descriptors.js';
import { KeptFile, readOneRecord } from './small-file.js';

/** Reads a file of one record; undefined when it is absent or may not be read. Valid until the next reading. */
export type RecordReader = (path: string) => Buffer | undefined;

export interface KeptFiles {
  readonly read: RecordReader;
  /** Closes what was not read since the last sweep. */
  sweep(): void;
  close(): void;
}

const MOST_KEPT_FILES = 4_000;
const SHARE_OF_DESCRIPTORS = 1 / 4;

/** How many files one reader may keep open: enough for a large host, and never most of our own descriptors. */
export function mostKeptFiles(procRoot: string): number {
  return Math.min(
    MOST_KEPT_FILES,
    (readOpenFilesLimit(procRoot, 'self') ?? Infinity) * SHARE_OF_DESCRIPTORS,
  );
}

/** Keeps up to `most` of the files open that are read at every scrape; a file that was made anew is opened anew. */
export function createKeptFiles(most: number): KeptFiles {
  const files = new Map<string, { readonly file: KeptFile; sweep: number }>();
  let sweeps = 0;

  return {
    read(path) {
      const kept = files.get(path);
      const bytes = kept?.file.read();
      if (kept !== undefined && bytes !== undefined) {
        kept.sweep = sweeps;
        return bytes;
      }
      if (kept !== undefined) {
        kept.file.close();
        files.delete(path);
      }
      return files.size < most ? openAndRead(path) : readOneRecord(path);
    },
    sweep() {
      for (const [path, { file, sweep }] of files) {
        if (sweep < sweeps) {
          file.close();
          files.delete(path);
        }
      }
      sweeps++;
    },
    close() {
      files.forEach(({ file }) => file.close());
      files.clear();
    },
  };

  function openAndRead(path: string): Buffer | undefined {
    const file = KeptFile.open(path);
    let bytes: Buffer | undefined;
    try {
      bytes = file?.read();
    } finally {
      if (bytes === undefined) {
        file?.close();
      }
    }
    if (file !== undefined && bytes !== undefined) {
      files.set(path, { file, sweep: sweeps });
    }
    return bytes;
  }
}

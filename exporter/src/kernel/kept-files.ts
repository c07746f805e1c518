import { readOpenFilesLimit } from './descriptors.js';
import { KeptFile, readOneRecord, sizeOf } from './small-file.js';

/** Reads a file of one record; undefined when it is absent or may not be read. Valid until the next reading. */
export type RecordReader = (path: string) => Buffer | undefined;

export interface KeptFiles {
  readonly read: RecordReader;
  /** The size of a file or folder of which nothing is read; undefined when it is absent. */
  readonly sizeOf: (path: string) => number | undefined;
  /** Closes what was not asked since the last sweep. */
  sweep(): void;
  close(): void;
}

const MOST_KEPT_FILES = 4_000;
const SHARE_OF_DESCRIPTORS = 1 / 4;

/** How many files one reader may keep open: enough for a large host, and never most of our own descriptors. */
export function mostKeptFiles(procRoot: string): number {
  return Math.min(MOST_KEPT_FILES, (readOpenFilesLimit(procRoot, 'self') ?? Infinity) * SHARE_OF_DESCRIPTORS);
}

/** Keeps up to `most` of the files open that are read at every scrape; a file that was made anew is opened anew. */
export function createKeptFiles(most: number): KeptFiles {
  const files = new Map<string, { readonly file: KeptFile; sweep: number }>();
  let sweeps = 0;

  return {
    read: (path) => ask(path, READ),
    sizeOf: (path) => ask(path, SIZE),
    sweep() {
      files.forEach(({ file, sweep }, path) => {
        if (sweep < sweeps) {
          file.close();
          files.delete(path);
        }
      });
      sweeps++;
    },
    close() {
      files.forEach(({ file }) => file.close());
      files.clear();
    },
  };

  function ask<Answer>(path: string, question: Question<Answer>): Answer | undefined {
    const kept = files.get(path);
    const answer = kept && question.answer(kept.file);
    if (kept !== undefined && answer !== undefined) {
      kept.sweep = sweeps;
      return answer;
    }
    if (kept !== undefined) {
      kept.file.close();
      files.delete(path);
    }
    return files.size < most ? openAndAsk(path, question) : question.once(path);
  }

  function openAndAsk<Answer>(path: string, question: Question<Answer>): Answer | undefined {
    const file = question.open(path);
    let answer: Answer | undefined;
    try {
      answer = file && question.answer(file);
    } finally {
      if (answer === undefined) {
        file?.close();
      }
    }
    if (file !== undefined && answer !== undefined) {
      files.set(path, { file, sweep: sweeps });
    }
    return answer;
  }
}

/** What is asked of a file, kept or not. */
interface Question<Answer> {
  readonly open: (path: string) => KeptFile | undefined;
  readonly answer: (file: KeptFile) => Answer | undefined;
  /** Where it cannot be kept. */
  readonly once: (path: string) => Answer | undefined;
}

const READ: Question<Buffer> = {
  open: (path) => KeptFile.open(path),
  answer: (file) => file.read(),
  once: readOneRecord,
};

const SIZE: Question<number> = {
  open: (path) => KeptFile.openForSize(path),
  answer: (file) => file.size(),
  once: sizeOf,
};

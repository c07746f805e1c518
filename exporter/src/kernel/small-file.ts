import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/**
 * What the kernel answers for a file that is not there, no longer there, or not ours to read. ESRCH and ENODEV
 * come from `/proc/<pid>` and cgroup files whose process or group ended between open and read; EOPNOTSUPP from
 * pressure files where the kernel was booted with `psi=0`.
 */
const ABSENT = new Set(['ENOENT', 'ESRCH', 'ENODEV', 'ENOTDIR', 'EACCES', 'EPERM', 'EOPNOTSUPP', 'ENOTSUP']);

let scratch = Buffer.allocUnsafe(64 * 1024);

/**
 * Reads a whole small file, such as those of `/proc` and cgroups, into one shared buffer: what it returns is valid
 * until the next call. Undefined when the file is absent or may not be read.
 * @throws any other error of the file system, such as EIO or EMFILE
 */
export function readSmallFile(path: string): Buffer | undefined {
  return read(path, readToEnd);
}

/**
 * As {@link readSmallFile} with one read instead of two or more, for files that the kernel shows as one record
 * (`single_open`: `/proc/<pid>/stat`, `cgroup`, `status`), which is most of a scrape's system calls. Not for lists
 * such as `mountinfo` and `net/dev`, which arrive a page at a time.
 */
export function readOneRecord(path: string): Buffer | undefined {
  return read(path, readOnce);
}

/** The size of a file or folder; undefined when it is absent. */
export function sizeOf(path: string): number | undefined {
  return unlessAbsent(() => statSync(path).size);
}

/** As {@link readSmallFile}, decoded; invalid UTF-8 becomes U+FFFD. */
export function readSmallText(path: string): string | undefined {
  return readSmallFile(path)?.toString('utf8');
}

/** True for errors that mean "not there, no longer there, or not ours to read". */
export function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ABSENT.has(String(error.code));
}

/** What a function answers; undefined when it throws that something is absent. */
export function unlessAbsent<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch (error) {
    throwUnlessAbsent(error);
    return undefined;
  }
}

/** `O_PATH` of include/uapi/asm-generic/fcntl.h: opens for asking about only, which no right is needed for. */
const O_PATH = 0o10000000;

const keptDescriptors = new Set<number>();

/** Whether a file of {@link KeptFile} is open as that descriptor of ours. */
export function isKeptDescriptor(descriptor: number): boolean {
  return keptDescriptors.has(descriptor);
}

/**
 * A file of one record that stays open, to be read again and again: without opening and closing, a reading is five
 * times as cheap. It holds what the file is about, such as a network namespace, until it is closed.
 */
export class KeptFile {
  private constructor(private readonly descriptor: number) {
    keptDescriptors.add(descriptor);
  }

  /** Undefined when the file is absent or may not be read. */
  static open(path: string): KeptFile | undefined {
    return KeptFile.openAs(path, 'r');
  }

  /** To ask for its size only, as for a folder. */
  static openForSize(path: string): KeptFile | undefined {
    return KeptFile.openAs(path, O_PATH);
  }

  private static openAs(path: string, flags: 'r' | number): KeptFile | undefined {
    const descriptor = unlessAbsent(() => openSync(path, flags));
    return descriptor === undefined ? undefined : new KeptFile(descriptor);
  }

  /** As {@link readOneRecord}; undefined when what the file is about is gone. */
  read(): Buffer | undefined {
    return unlessAbsent(() => scratch.subarray(0, readSync(this.descriptor, scratch, 0, scratch.length, 0)));
  }

  /** As {@link sizeOf}; undefined when what the file is about is gone. */
  size(): number | undefined {
    return unlessAbsent(() => fstatSync(this.descriptor).size);
  }

  close(): void {
    keptDescriptors.delete(this.descriptor);
    closeSync(this.descriptor);
  }
}

function read(path: string, readDescriptor: (descriptor: number) => number): Buffer | undefined {
  const descriptor = unlessAbsent(() => openSync(path, 'r'));
  if (descriptor === undefined) {
    return undefined;
  }
  try {
    return unlessAbsent(() => {
      // The reading may replace the buffer: it comes first.
      const length = readDescriptor(descriptor);
      return scratch.subarray(0, length);
    });
  } finally {
    closeSync(descriptor);
  }
}

function readToEnd(descriptor: number): number {
  let length = 0;
  for (;;) {
    if (length === scratch.length) {
      const larger = Buffer.allocUnsafe(scratch.length * 2);
      scratch.copy(larger);
      scratch = larger;
    }
    const read = readSync(descriptor, scratch, length, scratch.length - length, null);
    if (read === 0) {
      return length;
    }
    length += read;
  }
}

function readOnce(descriptor: number): number {
  return readSync(descriptor, scratch, 0, scratch.length, null);
}

function throwUnlessAbsent(error: unknown): void {
  if (!isAbsence(error)) {
    throw error;
  }
}

import type * as Koffi from 'koffi';
import { createRequire } from 'node:module';

const EVERY_MS = 15_000;

/**
 * Gives memory that was freed back to the system every 15 seconds, until the function that it returns is called. glibc
 * keeps what the threads of V8 have freed, above all while modules load: some 3 MiB of the whole exporter
 * (malloc_trim(3) takes half a millisecond). Does nothing with another C library, such as musl.
 */
export function returnFreedMemory(): () => void {
  const trim = bindTrim();
  const timer = trim && setInterval(() => void trim(0), EVERY_MS).unref();
  return () => clearInterval(timer);
}

function bindTrim(): ((padding: number) => number) | undefined {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    return koffi.load(null).func('int malloc_trim(size_t)') as (padding: number) => number;
  } catch {
    // Not glibc, or koffi has no binary for this machine.
    return undefined;
  }
}

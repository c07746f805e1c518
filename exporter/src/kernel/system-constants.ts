import { endianness } from 'node:os';
import { readSmallFile } from './small-file.js';

/** The units in which `/proc` counts: pages and clock ticks. */
export interface SystemConstants {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
}

const AT_PAGESZ = 6;
const AT_CLKTCK = 17;

/**
 * Reads them from the auxiliary vector that the kernel gave this very process (`/proc/self/auxv`, getauxval(3)):
 * Node.js has no sysconf(3). Falls back to what x64 and arm64 kernels usually have.
 */
export function readSystemConstants(path = '/proc/self/auxv'): SystemConstants {
  const vector = readSmallFile(path) ?? Buffer.alloc(0);
  return {
    pageBytes: auxiliaryValue(vector, AT_PAGESZ) ?? 4096,
    ticksPerSecond: auxiliaryValue(vector, AT_CLKTCK) ?? 100,
  };
}

/** The vector is pairs of machine words, key and value; the two values asked for fit in the low 32 bits. */
function auxiliaryValue(vector: Buffer, key: number): number | undefined {
  const word = ['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390'].includes(process.arch) ? 4 : 8;
  const low = (offset: number) =>
    endianness() === 'LE' ? vector.readUInt32LE(offset) : vector.readUInt32BE(offset + word - 4);
  for (let offset = 0; offset + 2 * word <= vector.length; offset += 2 * word) {
    if (low(offset) === key) {
      return low(offset + word);
    }
  }
  return undefined;
}

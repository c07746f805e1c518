import { readFile } from 'node:fs/promises';
import { unpackDebianProgram } from '../debian-package.js';
import { findInPath } from '../prometheus/find-prometheus.js';
import { StartError } from '../start-error.js';

/** A busybox that runs in an empty image: the machine's own when it is static, else Debian's, unpacked. */
export async function findStaticBusybox(searchPath: string, folder: string): Promise<string> {
  const installed = findInPath('busybox', searchPath);
  if (installed !== undefined && isStatic(await readFile(installed))) {
    return installed;
  }
  try {
    return await unpackDebianProgram('busybox-static', 'bin/busybox', folder);
  } catch (error) {
    throw new StartError(
      `the demo's images need a static busybox. ${(error as Error).message} ` +
        'On Debian and Ubuntu: sudo apt-get install busybox-static.',
      { cause: error },
    );
  }
}

const PT_INTERP = 3;

/** Whether a 64-bit little-endian ELF program names no interpreter, that is, no dynamic linker (elf(5)). */
export function isStatic(program: Buffer): boolean {
  const ELF64_LITTLE_ENDIAN = '7f454c460201';
  if (program.subarray(0, 6).toString('hex') !== ELF64_LITTLE_ENDIAN) {
    return false;
  }
  const tableOffset = Number(program.readBigUInt64LE(32));
  const entrySize = program.readUInt16LE(54);
  const entries = program.readUInt16LE(56);
  for (let index = 0; index < entries; index++) {
    if (program.readUInt32LE(tableOffset + index * entrySize) === PT_INTERP) {
      return false;
    }
  }
  return true;
}

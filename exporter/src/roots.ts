import { statSync } from 'node:fs';
import { FLAGS, type Options } from './options.js';

const ROOTS = ['procRoot', 'sysRoot', 'rootfs'] as const;

/** What is wrong with where the host is mounted, and the flag that says so; undefined where each is a directory. */
export function missingRoot(options: Pick<Options, (typeof ROOTS)[number]>): string | undefined {
  return ROOTS.map((root) => {
    const problem = problemOf(options[root]);
    return problem === undefined ? undefined : `${options[root]} ${problem}: check --${FLAGS[root].name}`;
  }).find((sentence) => sentence !== undefined);
}

function problemOf(path: string): string | undefined {
  try {
    return statSync(path).isDirectory() ? undefined : 'is no directory';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
  }
}

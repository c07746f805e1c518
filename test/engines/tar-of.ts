import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** All files of a folder as an archive, as they are: dockerode would compress them for a socket of this machine. */
export function tarOf(folder: string): Readable {
  return spawn('tar', ['-C', folder, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout;
}

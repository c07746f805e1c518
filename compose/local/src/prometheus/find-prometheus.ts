import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { unpackDebianProgram } from '../debian-package.js';
import { StartError } from '../start-error.js';

/** The prometheus program: the one in PATH, else Debian's, unpacked into `folder`. */
export async function findPrometheus(
  searchPath: string,
  folder: string,
  say: (text: string) => void,
): Promise<string> {
  const installed = findInPath('prometheus', searchPath);
  if (installed !== undefined) {
    return installed;
  }
  say("No prometheus in PATH: taking that of Debian's package …");
  try {
    return await unpackDebianProgram('prometheus', 'usr/bin/prometheus', folder);
  } catch (error) {
    throw new StartError(
      `No Prometheus was found. ${(error as Error).message}\n` +
        'Install it (on Debian and Ubuntu: sudo apt-get install --no-install-recommends prometheus; elsewhere: ' +
        'https://prometheus.io/download/) so that it is in PATH, or name a running one with --prometheus-url.',
      { cause: error },
    );
  }
}

/** The first executable of that name; undefined where there is none. */
export function findInPath(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(':')
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

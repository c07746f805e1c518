import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { StartError } from '../start-error.js';

/** Builds the viewer's page where it is missing. That of Grafana 13 is no part of the ordinary build. */
export function buildViewer(version: '11' | '13', repository: string, say: (text: string) => void): void {
  const viewer = path.join(repository, 'compose/viewer');
  if (existsSync(path.join(viewer, 'dist', version, 'index.html'))) {
    return;
  }
  say(`Building the viewer for Grafana ${version} …`);
  const packages = path.join(viewer, 'grafana-13');
  if (version === '13' && !existsSync(path.join(packages, 'node_modules'))) {
    run('npm', ['ci'], packages);
  }
  run(process.execPath, ['build.mjs', version], viewer);
}

function run(command: string, args: string[], cwd: string): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) {
    throw new StartError(
      `${command} ${args.join(' ')} failed in ${cwd}${error ? `: ${error.message}` : ''}.`,
    );
  }
}

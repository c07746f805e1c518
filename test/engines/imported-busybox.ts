import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { findStaticBusybox } from '../../compose/local/src/demo/static-busybox.js';

/** Imports a static busybox as the image `busybox`: nothing is pulled or built, so an engine without a network can. */
export async function importBusybox(docker: Docker): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'toposcope-swarm-'));
  try {
    mkdirSync(path.join(folder, 'bin'));
    const busybox = path.join(folder, 'bin/busybox');
    await copyFile(await findStaticBusybox(process.env.PATH ?? '', folder), busybox);
    await chmod(busybox, 0o755);
    execFileSync('tar', ['-C', folder, '-cf', path.join(folder, 'image.tar'), 'bin']);
    const progress = await docker.importImage(path.join(folder, 'image.tar'), { repo: 'busybox' });
    await once(progress.resume(), 'end');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

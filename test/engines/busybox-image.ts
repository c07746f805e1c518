import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { findStaticBusybox } from '../../compose/local/src/demo/static-busybox.js';

/**
 * Makes an image of nothing but a static busybox under all its names; nothing is pulled. It is imported, not built: that
 * takes no container, and an engine without a network can do it. The caller removes it.
 */
export async function buildBusyboxImage(docker: Docker, name: string): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'toposcope-busybox-'));
  const bin = path.join(folder, 'root/bin');
  try {
    await mkdir(path.join(folder, 'root/tmp'), { recursive: true });
    await mkdir(path.join(folder, 'root/etc'));
    await mkdir(bin);
    const busybox = await findStaticBusybox(process.env.PATH ?? '', folder);
    await copyFile(busybox, path.join(bin, 'busybox'));
    await chmod(path.join(bin, 'busybox'), 0o755);
    const names = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n').filter(Boolean);
    for (const applet of names.filter((each) => each !== 'busybox')) {
      await symlink('busybox', path.join(bin, applet));
    }
    const archive = path.join(folder, 'root.tar');
    execFileSync('tar', ['-C', path.join(folder, 'root'), '--owner=0', '--group=0', '-cf', archive, '.']);
    const progress = await docker.importImage(archive, {
      repo: name,
      changes: ['ENV PATH=/bin', 'CMD ["sleep", "86400"]'],
    });
    await once(progress.resume(), 'end');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

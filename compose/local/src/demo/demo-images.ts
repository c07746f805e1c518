import { chmod, copyFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { buildImage } from './build-image.js';
import { findStaticBusybox } from './static-busybox.js';

const DEMO_FOLDER = path.resolve(import.meta.dirname, '../../../demo');

/** A tier, which is a stage of the Dockerfile → the image's name. */
export const DEMO_IMAGES = {
  lb: 'toposcope-demo/lb',
  app: 'toposcope-demo/app',
  db: 'toposcope-demo/db',
  client: 'toposcope-demo/client',
} as const;

/** Builds the four images with the engine's own builder; nothing is pulled. */
export async function buildDemoImages(
  docker: Docker,
  stateDir: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const busybox = await findStaticBusybox(env.PATH ?? '', path.join(stateDir, 'programs'));
  const context = await mkdtemp(path.join(tmpdir(), 'toposcope-demo-'));
  try {
    await cp(DEMO_FOLDER, context, { recursive: true });
    await copyFile(busybox, path.join(context, 'busybox'));
    await chmod(path.join(context, 'busybox'), 0o755);
    for (const [target, name] of Object.entries(DEMO_IMAGES)) {
      await buildImage(docker, context, { name, target });
    }
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

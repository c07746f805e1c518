import { existsSync } from 'node:fs';
import { DOCKERD, OwnEngine } from './own-engine.js';

/** An engine for a whole run of the companion's tests, beside this machine's; DOCKER_HOST says where. */
export async function setup(): Promise<() => Promise<void>> {
  if (process.getuid?.() !== 0 || !existsSync(DOCKERD)) {
    return () => Promise.resolve();
  }
  const engine = new OwnEngine();
  await engine.start();
  process.env.DOCKER_HOST = `unix://${engine.socketPath}`;
  return () => engine.dispose();
}

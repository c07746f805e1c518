import { startEngine } from './docker.js';

/** One engine for a whole run of integration or browser tests. */
export async function setup(): Promise<() => Promise<void>> {
  return startEngine();
}

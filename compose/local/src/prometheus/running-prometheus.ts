import { StartError } from '../start-error.js';
import { askPrometheus } from './prometheus-api.js';

/** One that takes longer for the number 1 is of no use for a picture. */
const PATIENCE_MS = 10_000;

/** Throws unless a Prometheus answers queries at the address that the user gave. */
export async function checkRunningPrometheus(url: string): Promise<void> {
  try {
    await askPrometheus(url, 'query', { query: '1' }, PATIENCE_MS);
  } catch (error) {
    throw new StartError(
      `--prometheus-url ${url}: ${(error as Error).message}\n` +
        'Give the address that its web page has, or leave the flag out to have one started.',
      { cause: error },
    );
  }
}

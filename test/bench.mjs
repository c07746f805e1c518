// `npm run bench -- NAME`: bundles test/bench/NAME.ts, runs its run(), prints one JSON line.
import { build } from 'esbuild';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const FOLDER = path.join(import.meta.dirname, 'bench');

const name = process.argv[2] ?? '';
const source = path.join(FOLDER, `${name}.ts`);
if (!/^[a-z0-9-]+$/.test(name) || !existsSync(source)) {
  console.error(`There is no benchmark ${JSON.stringify(name)}. There are: ${benchmarks().join(', ')}.`);
  process.exit(2);
}
// Beside node_modules, so that packages that are left out of the bundle are found.
const folder = await mkdtemp(path.join(import.meta.dirname, '../node_modules/.toposcope-bench-'));
try {
  const outfile = path.join(folder, `${name}.mjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    packages: 'external',
    // Our own packages are bundled from their sources: a benchmark measures what is written, not what was built.
    alias: { '@toposcope/exporter/contract': path.join(import.meta.dirname, '../exporter/src/contract') },
    conditions: ['toposcope-source'],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  const { run } = await import(pathToFileURL(outfile).href);
  const figures = await run();
  console.log(JSON.stringify({ bench: name, figures }));
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit();

function benchmarks() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => path.basename(file, '.ts'));
}

/**
 * Builds one Grafana plugin: `node build-plugin.mjs FOLDER [OUTPUT]` bundles FOLDER/src/module.ts into OUTPUT/module.js
 * (by default FOLDER/dist; AMD, which Grafana's SystemJS loads) with its source map, and copies what the package must
 * carry beside it.
 */
import { copyFile, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
/** Private fields stay what they are, as every browser knows them that Grafana 11 supports: weak maps in their place cost a lookup each. */
const TARGET = 'es2022';

/** What Grafana 11.0 to 13.x gives to plugins. `react/jsx-runtime` is not among them before 11.6.11: see jsx-runtime.mjs. */
const EXTERNALS = [
  '@emotion/css',
  '@emotion/react',
  '@grafana/data',
  '@grafana/runtime',
  '@grafana/slate-react',
  '@grafana/ui',
  'angular',
  'd3',
  'emotion',
  'i18next',
  'jquery',
  'lodash',
  'moment',
  'prismjs',
  'react',
  'react-dom',
  'react-redux',
  'react-router',
  'redux',
  'rxjs',
  'slate',
  'slate-plain-serializer',
];

const folder = resolve(process.argv[2] ?? '.');
const dist = resolve(process.argv[3] ?? join(folder, 'dist'));
const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await bundle();
await copyPackageFiles();

async function bundle() {
  const options = {
    entryPoints: [join(folder, 'src/module.ts')],
    outfile: join(dist, 'module.js'),
    absWorkingDir: folder,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    sourcemap: 'linked',
    format: 'cjs',
    platform: 'browser',
    mainFields: ['module', 'browser', 'main'],
    target: TARGET,
    jsx: 'transform',
    legalComments: 'none',
    logLevel: 'warning',
    external: EXTERNALS,
    conditions: ['toposcope-source'],
    alias: {
      'react/jsx-runtime': join(HERE, 'jsx-runtime.mjs'),
      'react/jsx-dev-runtime': join(HERE, 'jsx-runtime.mjs'),
    },
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [workerSources()],
  };
  // Twice, since AMD names its dependencies in front of the code that turns out to need them.
  const draft = await build({ ...options, sourcemap: false });
  const output = Object.values(draft.metafile.outputs)[0];
  const needed = [...new Set(output.imports.filter((entry) => entry.external).map((entry) => entry.path))];
  const strangers = needed.filter((name) => !EXTERNALS.includes(name));
  if (strangers.length > 0) {
    throw new Error(
      `${manifest.name} imports ${strangers.join(', ')}, which Grafana does not give to plugins.`,
    );
  }
  const { banner, footer } = amd(needed.sort());
  const result = await build({ ...options, banner: { js: banner }, footer: { js: footer } });
  for (const file of result.outputFiles) {
    await writeFile(file.path, file.path.endsWith('.map') ? await honestMap(file.text) : file.contents);
  }
  await bundleChunks();
  const code = result.outputFiles.find((file) => file.path.endsWith('.js')).contents;
  const size = `${(code.length / 1024).toFixed(0)} kB, ${(gzipSync(code).length / 1024).toFixed(0)} kB gzip`;
  process.stdout.write(`${manifest.name} ${manifest.version}: ${size}\n`);
}

/** Every `src/**\/NAME.chunk.ts` as NAME.chunk.js: a module of its own that the plugin imports when it needs it. */
async function bundleChunks() {
  const source = join(folder, 'src');
  const names = (await readdir(source, { recursive: true })).filter((name) => name.endsWith('.chunk.ts'));
  for (const name of names) {
    const result = await build({
      entryPoints: [join(source, name)],
      outfile: join(dist, basename(name).replace(/ts$/, 'js')),
      absWorkingDir: folder,
      bundle: true,
      write: false,
      minify: true,
      sourcemap: 'linked',
      format: 'esm',
      platform: 'browser',
      mainFields: ['module', 'browser', 'main'],
      target: TARGET,
      legalComments: 'none',
      logLevel: 'warning',
      loader: { '.css': 'text' },
    });
    for (const file of result.outputFiles) {
      await writeFile(file.path, file.path.endsWith('.map') ? await honestMap(file.text) : file.contents);
    }
  }
}

/** Wraps CommonJS code as an AMD module. Banner and footer, so that esbuild counts their lines in the map. */
function amd(needed) {
  const parameters = needed.map((_, index) => `dependency${index}`);
  const table = needed.map((name, index) => `${JSON.stringify(name)}:${parameters[index]}`);
  return {
    banner:
      `define(${JSON.stringify(['exports', ...needed])},function(${['amdExports', ...parameters].join(',')}){` +
      `var require=function(name){return ({${table.join(',')}})[name]},module={exports:{}};`,
    footer:
      'Object.keys(module.exports).forEach(function(name){amdExports[name]=module.exports[name]});' +
      'Object.defineProperty(amdExports,"__esModule",{value:true});});',
  };
}

/** `import { source } from 'worker:./x.worker.ts'`: the worker's whole code as a string, to be started from a blob. */
function workerSources() {
  return {
    name: 'worker-sources',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({
        path: relative(folder, resolve(resolveDir, path.slice('worker:'.length))),
        namespace: 'worker',
      }));
      onLoad({ filter: /.*/, namespace: 'worker' }, async ({ path }) => {
        const result = await build({
          entryPoints: [join(folder, path)],
          bundle: true,
          write: false,
          metafile: true,
          minify: true,
          format: 'iife',
          platform: 'browser',
          mainFields: ['module', 'browser', 'main'],
          target: TARGET,
          legalComments: 'none',
          conditions: ['toposcope-source'],
          define: { 'process.env.NODE_ENV': '"production"' },
        });
        return {
          contents: `export const source=${JSON.stringify(result.outputFiles[0].text)};`,
          loader: 'js',
        };
      });
    },
  };
}

/**
 * Names the sources as Grafana's plugin validator compares them: relative to `src`, dependencies from `node_modules`
 * on. A worker's entry stands for its whole bundle, so its text is the entry file's own.
 */
async function honestMap(text) {
  const map = JSON.parse(text);
  map.sourceRoot = '';
  for (const [index, source] of map.sources.entries()) {
    const isWorker = source.startsWith('worker:');
    const file = isWorker ? join(folder, source.slice('worker:'.length)) : resolve(dist, source);
    const name = relative(join(folder, 'src'), file);
    map.sources[index] = name.includes('node_modules/')
      ? name.replace(/^.*?(?=node_modules\/)/, './')
      : name.replace(/^(?!\.\.\/)/, './');
    if (isWorker) {
      map.sourcesContent[index] = await readFile(file, 'utf8');
    }
  }
  return JSON.stringify(map);
}

async function copyPackageFiles() {
  const plugin = await readFile(join(folder, 'src/plugin.json'), 'utf8');
  const today = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000) * 1000);
  await writeFile(
    join(dist, 'plugin.json'),
    plugin.replaceAll('%VERSION%', manifest.version).replaceAll('%TODAY%', today.toISOString().slice(0, 10)),
  );
  for (const name of ['README.md', 'CHANGELOG.md']) {
    await copyFile(join(folder, name), join(dist, name));
  }
  await copyFile(await exists(join(folder, 'LICENSE'), join(HERE, '../../LICENSE')), join(dist, 'LICENSE'));
  await cp(join(folder, 'src/img'), join(dist, 'img'), { recursive: true });
}

async function exists(...candidates) {
  for (const path of candidates) {
    if (await stat(path).catch(() => undefined)) {
      return path;
    }
  }
  throw new Error(`None of ${candidates.join(', ')} exists.`);
}

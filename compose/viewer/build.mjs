// Builds the viewer's page: `node build.mjs [11|13]` into dist/11 or dist/13.
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const HERE = import.meta.dirname;
const SOURCE = path.join(HERE, 'src');

/** Where the @grafana packages of each version are, and what it puts in a source file's place. */
const VERSIONS = {
  11: { packages: HERE, replaced: {} },
  13: {
    packages: path.join(HERE, 'grafana-13'),
    replaced: { [path.join(SOURCE, 'grafana-version')]: path.join(HERE, 'grafana-13', 'grafana-version.ts') },
  },
};

/** The fonts that @grafana/ui asks for, which only Grafana's server has: its file → package and file in place of it. */
const FONTS = {
  'inter/Inter-Regular.woff2': ['@fontsource/inter', 'inter-latin-400-normal.woff2'],
  'inter/Inter-Medium.woff2': ['@fontsource/inter', 'inter-latin-500-normal.woff2'],
  'roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2': [
    '@fontsource/roboto-mono',
    'roboto-mono-latin-400-normal.woff2',
  ],
};

const wanted = process.argv[2] ?? '11';
if (!(wanted in VERSIONS)) {
  console.error(`There is no viewer for Grafana ${wanted}: use ${Object.keys(VERSIONS).join(' or ')}.`);
  process.exit(2);
}
await buildViewer(wanted);

/** @param {string} version the key in VERSIONS */
async function buildViewer(version) {
  const { packages, replaced } = VERSIONS[version];
  const ui = packageFolder(packages, '@grafana/ui');
  const outdir = path.join(HERE, 'dist', version);
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: [path.join(SOURCE, 'main.ts')],
    outdir,
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    assetNames: 'asset-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    metafile: true,
    legalComments: 'none',
    logLevel: 'error',
    jsx: 'transform',
    // UMD packages would otherwise register with SystemJS, which defines `define`.
    define: {
      define: 'undefined',
      global: 'window',
      'process.env': '{}',
      'process.env.NODE_ENV': '"production"',
      VIEWER_GRAFANA_VERSION: JSON.stringify(await versionOf(ui)),
    },
    loader: { '.svg': 'dataurl', '.ttf': 'dataurl', '.woff2': 'dataurl' },
    plugins: [resolveFrom(packages, replaced), unwrapDefaults()],
  });
  await writePage(outdir, metafile);
  await cp(path.join(ui, 'dist/public/img'), path.join(outdir, 'img'), { recursive: true });
  await cp(path.join(SOURCE, 'favicon.svg'), path.join(outdir, 'favicon.svg'));
  // Icons that Grafana's own server has, and its package has not.
  await cp(path.join(SOURCE, 'icons'), path.join(outdir, 'img/icons/unicons'), {
    recursive: true,
    force: false,
  });
  for (const [target, [name, file]] of Object.entries(FONTS)) {
    await cp(path.join(packageFolder(HERE, name), 'files', file), path.join(outdir, 'fonts', target));
  }
}

/**
 * Resolves the packages that our sources import from `folder`, whatever lies nearer, and swaps replaced files.
 * @param {string} folder
 * @param {Record<string, string>} replaced source file without its ending → the file in its place
 * @returns {import('esbuild').Plugin}
 */
function resolveFrom(folder, replaced) {
  return {
    name: 'resolve-from',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ path: name, kind, resolveDir, pluginData }) => {
        if (pluginData === 'resolved' || kind === 'entry-point' || !isOurs(resolveDir, folder)) {
          return undefined;
        }
        return build.resolve(name, { kind, resolveDir: folder, pluginData: 'resolved' });
      });
      build.onResolve({ filter: /^\./ }, ({ path: name, resolveDir }) => {
        const file = replaced[path.join(resolveDir, name)];
        return file ? { path: file } : undefined;
      });
    },
  };
}

/**
 * In `.mjs` files esbuild follows Node.js: the default import of a CommonJS package is `module.exports`. Grafana's
 * packages were compiled for bundlers that take `exports.default` where the package says `__esModule`.
 * @returns {import('esbuild').Plugin}
 */
function unwrapDefaults() {
  const DEFAULT_IMPORT = /^import (\w+)(, \{[^}]*\})? from '([^.'][^']*)';$/gm;
  return {
    name: 'unwrap-defaults',
    setup(build) {
      build.onLoad({ filter: /@grafana\/\w+\/dist\/esm\/.*\.mjs$/ }, async ({ path: file }) => {
        const contents = (await readFile(file, 'utf8')).replace(
          DEFAULT_IMPORT,
          (_statement, name, others = '', from) =>
            `import ${name}$wrapped${others} from '${from}';` +
            `var ${name} = ${name}$wrapped?.__esModule ? ${name}$wrapped.default : ${name}$wrapped;`,
        );
        return { contents, loader: 'js' };
      });
    },
  };
}

/** @param {string} resolveDir @param {string} folder */
function isOurs(resolveDir, folder) {
  return resolveDir.startsWith(SOURCE) || resolveDir === folder;
}

/** Names the hashed files in the page: the entry, its styles, and the big part to be fetched at once. */
async function writePage(outdir, metafile) {
  const outputs = Object.entries(metafile.outputs).map(([file, output]) => ({
    name: path.basename(file),
    source: output.entryPoint ? path.basename(output.entryPoint) : '',
  }));
  const url = (found) => (found ? `/viewer/${found.name}` : '');
  const styles = outputs.find(({ name }) => /^main-.*\.css$/.test(name));
  const page = (await readFile(path.join(SOURCE, 'index.html'), 'utf8'))
    .replace('{{main}}', url(outputs.find(({ source }) => source === 'main.ts')))
    .replace('{{page}}', url(outputs.find(({ source }) => source === 'page.tsx')))
    .replace('{{styles}}', styles ? `<link rel="stylesheet" href="${url(styles)}" />` : '');
  await mkdir(outdir, { recursive: true });
  await writeFile(path.join(outdir, 'index.html'), page);
}

/** @param {string} from @param {string} name @returns {string} */
function packageFolder(from, name) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (existsSync(candidate)) {
      return candidate;
    }
    if (folder === path.dirname(folder)) {
      console.error(`${name} is not installed for ${from}: run npm ci there.`);
      process.exit(1);
    }
  }
}

/** @param {string} folder */
async function versionOf(folder) {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')).version;
}

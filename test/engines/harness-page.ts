import { build, type Plugin } from 'esbuild';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const PANEL = path.resolve('grafana-panel');
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };

export interface HarnessPage {
  readonly url: string;
  readonly close: () => void;
}

/**
 * Bundles a page of grafana-panel/harness and serves it on loopback until it is closed.
 *
 * @param name The file's name without its ending.
 */
export async function serveHarness(name: string): Promise<HarnessPage> {
  const files = await bundle(name);
  const index =
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="page.css">' +
    '<style>html{font-size:14px}body{margin:0}</style><div id="root"></div><script type="module" src="page.js"></script>';
  const server = createServer(({ url = '/' }, response) => {
    const file = url.slice(1).split('?')[0] ?? '';
    const type = file === '' ? 'text/html' : TYPES[path.extname(file)];
    // Fonts and pictures that only Grafana's server has are answered as empty.
    response.writeHead(200, { 'content-type': type ?? 'application/octet-stream' });
    response.end(file === '' ? index : files.get(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bundle(name: string): Promise<Map<string, Uint8Array>> {
  const result = await build({
    entryPoints: { page: path.join(PANEL, 'harness', name) },
    outdir: PANEL,
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    minify: true,
    logLevel: 'error',
    jsx: 'transform',
    conditions: ['toposcope-source'],
    define: {
      'process.env.NODE_ENV': '"production"',
      'process.env': '{}',
      global: 'window',
      define: 'undefined',
    },
    loader: { '.svg': 'dataurl', '.ttf': 'dataurl', '.woff2': 'dataurl' },
    plugins: [workerSources, reactUseModules],
  });
  return new Map(result.outputFiles.map((file) => [path.relative(PANEL, file.path), file.contents]));
}

/**
 * @grafana/ui imports react-use's CommonJS files as modules with a default export, which esbuild takes as Node.js does:
 * the whole of `exports` is the default. Their ESM twins have one.
 */
const reactUseModules: Plugin = {
  name: 'react-use-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /^react-use\/lib\// }, ({ path: name }) => ({
      path: path.resolve('node_modules', `${name.replace('/lib/', '/esm/')}.js`),
    }));
  },
};

/** As the plugins' build does it: a worker's bundled code as a string. */
const workerSources: Plugin = {
  name: 'worker-sources',
  setup(bundler) {
    bundler.onResolve({ filter: /^worker:/ }, ({ path: name, resolveDir }) => ({
      path: path.resolve(resolveDir, name.slice('worker:'.length)),
      namespace: 'worker',
    }));
    bundler.onLoad({ filter: /.*/, namespace: 'worker' }, async ({ path: entry }) => {
      const result = await build({ entryPoints: [entry], bundle: true, write: false, minify: true });
      return { contents: `export const source = ${JSON.stringify(result.outputFiles[0]?.text)}` };
    });
  },
};

import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');

interface Import {
  /** The importing file, from the repository's root. */
  readonly file: string;
  /** The imported file without its ending, from the repository's root, or the package's name as written. */
  readonly target: string;
}

interface Rule {
  readonly sentence: string;
  readonly folder: string;
  readonly forbids: (target: string) => boolean;
}

const isPackage = (target: string) => !isOurs(target);
const isOurs = (target: string) =>
  /^(exporter|companion|grafana-datasource|grafana-panel|compose|test)\//.test(target);
const isWithin =
  (...folders: string[]) =>
  (target: string) =>
    folders.some((folder) => target === folder || target.startsWith(`${folder}/`));
const PANEL_MAY_USE = new Set([
  'toposcope-topology-datasource/query',
  'toposcope-topology-datasource/explore-link',
  'toposcope-topology-datasource/graph/topology',
  'toposcope-topology-datasource/frames/topology-frames',
  'toposcope-topology-datasource/companion/companion-client',
  'toposcope-topology-datasource/companion/open-companion',
]);
const SERVICE = /^@toposcope\/(exporter|companion)\/(.*)$/;

const RULES: readonly Rule[] = [
  {
    sentence: 'the contract imports nothing but itself',
    folder: 'exporter/src/contract',
    forbids: (target) => isPackage(target) || !isWithin('exporter/src/contract')(target),
  },
  {
    sentence: 'the protocol imports nothing of the rest and nothing of Node.js',
    folder: 'companion/src/protocol',
    forbids: (target) => isBuiltin(target) || (isOurs(target) && !isWithin('companion/src/protocol')(target)),
  },
  {
    sentence: 'kernel/ knows no container, no metric and no HTTP',
    folder: 'exporter/src/kernel',
    forbids: (target) =>
      isWithin('exporter/src/runtimes', 'exporter/src/collectors', 'exporter/src/exposition')(target) ||
      ['dockerode', 'express', 'prom-client', 'node:http'].includes(target),
  },
  {
    sentence: 'runtimes/ knows no metric',
    folder: 'exporter/src/runtimes',
    forbids: (target) =>
      isWithin('exporter/src/collectors', 'exporter/src/exposition')(target) ||
      /^exporter\/src\/contract\/.*famil/.test(target) ||
      target === 'prom-client',
  },
  {
    sentence: 'collectors/ know no HTTP',
    folder: 'exporter/src/collectors',
    forbids: (target) => ['express', 'node:http', 'node:https', 'node:http2'].includes(target),
  },
  {
    sentence: 'the exporter never imports the companion',
    folder: 'exporter/src',
    forbids: (target) => target.startsWith('companion/') || target.startsWith('@toposcope/companion'),
  },
  {
    sentence: 'the companion never imports the exporter',
    folder: 'companion/src',
    forbids: (target) => target.startsWith('exporter/') || target.startsWith('@toposcope/exporter'),
  },
  {
    sentence: "the data source's graph/ imports nothing of Grafana, React or rxjs",
    folder: 'grafana-datasource/src/graph',
    forbids: isOfTheBrowserOrNode,
  },
  {
    sentence: "the data source's views/ import nothing of Grafana, React or rxjs",
    folder: 'grafana-datasource/src/views',
    forbids: isOfTheBrowserOrNode,
  },
  {
    sentence: 'the panel reaches the data source only through its public modules',
    folder: 'grafana-panel/src',
    forbids: (target) =>
      target.startsWith('grafana-datasource/') ||
      (target.startsWith('toposcope-topology-datasource') && !PANEL_MAY_USE.has(target)),
  },
  ...['grafana-panel/src', 'grafana-datasource/src'].map((folder) => ({
    sentence: `${folder} imports contract/ and protocol/, never a service's code`,
    folder,
    forbids: (target: string) =>
      /^(exporter|companion)\//.test(target) ||
      (SERVICE.test(target) && !/^(contract|protocol)\//.test(SERVICE.exec(target)?.[2] ?? '')),
  })),
];

describe('the rules of the house', () => {
  it.each(RULES)('$sentence', ({ folder, forbids }) => {
    const imports = importsIn(folder);
    const broken = imports.filter(({ target }) => forbids(target));
    expect(broken.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it.each(['grafana-datasource/src/graph', 'grafana-datasource/src/views'])(
    '%s is pure: no fetch, no clock, no randomness',
    (folder) => {
      const impure = sourcesIn(folder).filter((file) =>
        /\bfetch\(|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(/.test(
          readFileSync(path.join(ROOT, file), 'utf8'),
        ),
      );
      expect(impure).toEqual([]);
    },
  );

  it.each(RULES)('has files to look at for: $sentence', ({ folder }) => {
    expect(sourcesIn(folder)).not.toEqual([]);
  });
});

function isOfTheBrowserOrNode(target: string): boolean {
  return isBuiltin(target) || /^(@grafana\/|@emotion\/|react\b|react-dom\b|rxjs\b)/.test(target);
}

function importsIn(folder: string): Import[] {
  return sourcesIn(folder).flatMap((file) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(path.join(ROOT, file), 'utf8'), true, true);
    return importedFiles.map(({ fileName }) => ({ file, target: resolveImport(file, fileName) }));
  });
}

function resolveImport(file: string, name: string): string {
  return name.startsWith('.') ? path.join(path.dirname(file), name).replace(/\.(js|ts|tsx)$/, '') : name;
}

/** Product sources: a test may reach further than what it tests. */
function sourcesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx)$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => path.join(folder, name));
}

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

/** What may be shipped with an Apache-2.0 product without asking a lawyer. */
const PERMISSIVE =
  /^\(?(?:MIT|MIT-0|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|CC0-1\.0|BlueOak-1\.0\.0|Unlicense|Python-2\.0)(?: (?:OR|AND) [A-Za-z0-9.-]+)*\)?$/;

/**
 * The folders of the packages that a service runs with, as npm tells them.
 *
 * @param {string} workspace
 * @returns {string[]}
 */
export function runtimePackages(workspace) {
  const list = execFileSync(
    'npm',
    ['ls', '--workspace', workspace, '--omit', 'dev', '--all', '--parseable', '--silent'],
    { cwd: ROOT, encoding: 'utf8' },
  );
  const folders = list.trim().split('\n');
  return folders.filter((folder) => folder.includes('node_modules') && !folder.includes('@toposcope/'));
}

/**
 * The folders of the packages whose code is in a bundle.
 *
 * @param {string} dist with a source map of each of its parts
 * @returns {string[]}
 */
export function bundledPackages(dist) {
  const maps = readdirSync(dist).filter((file) => file.endsWith('.map'));
  const sources = maps.flatMap((file) => JSON.parse(readFileSync(path.join(dist, file), 'utf8')).sources);
  const names = sources.map((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]);
  return [...new Set(names)]
    .filter((name) => name !== undefined)
    .map((name) => path.join(ROOT, 'node_modules', name))
    .filter(isPackage);
}

/** What a package's own source map names is not always below its folder. @param {string} folder @returns {boolean} */
function isPackage(folder) {
  return existsSync(path.join(folder, 'package.json'));
}

/**
 * Name, version, licence and the licence's own text of packages. Throws for a licence that is not permissive, or none.
 *
 * @param {readonly string[]} folders
 * @returns {string} Markdown
 */
export function licenceTexts(folders) {
  const parts = new Map();
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const { name, version } = manifest;
    // Old packages have a list of objects.
    const license = manifest.license ?? manifest.licenses?.[0]?.type;
    if (typeof license !== 'string' || !PERMISSIVE.test(license)) {
      throw new Error(`${name} ${version} has the licence ${JSON.stringify(license)}: it cannot be shipped.`);
    }
    parts.set(`${name} ${version}`, `## ${name} ${version} (${license})\n\n${licenceFile(folder)}`);
  }
  const texts = [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `# Licences of what is shipped with Toposcope\n\n${texts.join('\n')}`;
}

/** @param {string} folder @returns {string} */
function licenceFile(folder) {
  const name =
    existsSync(folder) && readdirSync(folder).find((file) => /^(?:licen[cs]e|copying)/i.test(file));
  if (!name) {
    return 'The package carries no file with the text.\n';
  }
  return `\`\`\`\`text\n${readFileSync(path.join(folder, name), 'utf8').trimEnd()}\n\`\`\`\`\n`;
}

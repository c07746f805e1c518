import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { bundledPackages, licenceTexts } from './licences.mjs';

/**
 * Writes a built plugin as Grafana installs it: `ID-VERSION.zip` with one folder named as the id, and its checksums
 * beside it. The same files make the same bytes.
 *
 * @param {string} dist the built plugin
 * @param {string} output a folder that exists
 * @param {Date} time of every entry
 * @returns {string} the zip's path
 */
export function writePluginZip(dist, output, time) {
  const { id, info } = JSON.parse(readFileSync(path.join(dist, 'plugin.json'), 'utf8'));
  /** @type {Record<string, [Uint8Array, { mtime: Date }]>} */
  const entries = {};
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dist, path.join(entry.parentPath, entry.name)))
    .sort();
  for (const file of files) {
    entries[`${id}/${file}`] = [readFileSync(path.join(dist, file)), { mtime: time }];
  }
  const notices = licenceTexts(bundledPackages(dist));
  entries[`${id}/THIRD-PARTY-LICENSES.md`] = [Buffer.from(notices), { mtime: time }];

  const zip = zipSync(entries, { level: 9 });
  const file = path.join(output, `${id}-${info.version}.zip`);
  writeFileSync(file, zip);
  for (const algorithm of ['sha1', 'sha256']) {
    const digest = createHash(algorithm).update(zip).digest('hex');
    writeFileSync(`${file}.${algorithm}`, `${digest}  ${path.basename(file)}\n`);
  }
  return file;
}

// `npm run package`: everything that is released, in artefacts/packages. Build first: `npm run build`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeDebianPackage } from './debian.mjs';
import { bundledPackages, licenceTexts, runtimePackages } from './licences.mjs';
import { createBills } from './materials.mjs';
import { writePluginZip } from './plugin-zip.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
/** A service → its files in packaging/systemd. */
const UNITS = {
  exporter: ['toposcope-exporter.service'],
  companion: ['toposcope-gateway.service', 'toposcope-agent.service'],
};
const hasDpkg = spawnSync('dpkg-deb', ['--version']).status === 0;
const output = path.resolve(process.argv[2] ?? path.join(ROOT, 'artefacts/packages'));
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const billOf = createBills();

/** Of every file in an archive: the day that the plugins were built. */
let time = new Date(0);
for (const plugin of ['grafana-datasource', 'grafana-panel']) {
  const dist = path.join(ROOT, plugin, 'dist');
  const { info } = JSON.parse(readFileSync(path.join(dist, 'plugin.json'), 'utf8'));
  time = new Date(`${info.updated}T00:00:00Z`);
  const zip = writePluginZip(dist, output, time);
  console.log(path.relative(output, zip));
  const bundled = bundledPackages(dist);
  writeFileSync(path.join(output, `${plugin}-sbom.cdx.json`), billOf(plugin, bundled));
}
for (const [service, units] of Object.entries(UNITS)) {
  const tarball = npm('pack', '--workspace', service, '--pack-destination', output, '--silent').trim();
  console.log(tarball);
  const packages = runtimePackages(service);
  const licences = licenceTexts(packages);
  if (hasDpkg) {
    const file = path.join(output, tarball);
    const debian = writeDebianPackage(service, file, packages, units, licences, output, time);
    console.log(path.relative(output, debian));
  }
  writeFileSync(path.join(output, `${service}-licences.md`), licences);
  writeFileSync(path.join(output, `${service}-sbom.cdx.json`), billOf(service, packages));
}

if (!hasDpkg) {
  console.log('No Debian packages: there is no dpkg-deb.');
}

/** @param {...string} args */
function npm(...args) {
  return execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

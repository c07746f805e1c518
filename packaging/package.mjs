// `npm run package`: everything that is released, in artefacts/packages. Build first: `npm run build`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeDebianPackage } from './debian.mjs';
import { licenceTexts, runtimePackages } from './licences.mjs';
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

/** Of every file in an archive: the day that the plugins were built. */
let time = new Date(0);
for (const plugin of ['grafana-datasource', 'grafana-panel']) {
  const dist = path.join(ROOT, plugin, 'dist');
  const { info } = JSON.parse(readFileSync(path.join(dist, 'plugin.json'), 'utf8'));
  time = new Date(`${info.updated}T00:00:00Z`);
  const zip = writePluginZip(dist, output, time);
  console.log(path.relative(output, zip));
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
  writeFileSync(path.join(output, `${service}-sbom.cdx.json`), materials(service, packages));
}

if (!hasDpkg) {
  console.log('No Debian packages: there is no dpkg-deb.');
}

/**
 * The bill of materials, in CycloneDX. With `--omit dev`, npm leaves out what a service and a test both depend on, so
 * what is not needed to run is taken out here.
 *
 * @param {string} service
 * @param {readonly string[]} packages the folders of what it runs with
 */
function materials(service, packages) {
  const bill = JSON.parse(npm('sbom', '--workspace', service, '--sbom-format', 'cyclonedx'));
  const needed = new Set([path.join(ROOT, service), ...packages].map(referenceOf));
  const isNeeded = (/** @type {string} */ reference) => needed.has(reference);
  bill.components = bill.components.filter((part) => isNeeded(part['bom-ref']));
  bill.dependencies = bill.dependencies
    .filter(({ ref }) => isNeeded(ref) || ref === bill.metadata.component['bom-ref'])
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isNeeded) }));
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

/** @param {string} folder */
function referenceOf(folder) {
  const { name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return `${name}@${version}`;
}

/** @param {...string} args */
function npm(...args) {
  return execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

// `npm run package`: everything that is released, in artefacts/packages. Build first: `npm run build`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { licenceTexts, runtimePackages } from './licences.mjs';
import { writePluginZip } from './plugin-zip.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const output = path.resolve(process.argv[2] ?? path.join(ROOT, 'artefacts/packages'));
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });

for (const plugin of ['grafana-datasource', 'grafana-panel']) {
  const dist = path.join(ROOT, plugin, 'dist');
  const { info } = JSON.parse(readFileSync(path.join(dist, 'plugin.json'), 'utf8'));
  const zip = writePluginZip(dist, output, new Date(`${info.updated}T00:00:00Z`));
  console.log(path.relative(output, zip));
}
for (const service of ['exporter', 'companion']) {
  console.log(npm('pack', '--workspace', service, '--pack-destination', output, '--silent').trim());
  const packages = runtimePackages(service);
  writeFileSync(path.join(output, `${service}-licences.md`), licenceTexts(packages));
  writeFileSync(path.join(output, `${service}-sbom.cdx.json`), materials(service, packages));
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

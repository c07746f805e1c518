import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

/**
 * Bills of materials in CycloneDX, each with what is shipped as its subject. npm knows the whole checkout; what is not
 * part of that one is taken out, since with `--omit dev` npm leaves out what a service and a test both depend on.
 *
 * @returns {(workspace: string, packages: readonly string[]) => string} of a workspace, and of the folders of the packages
 *   that it runs with or that are in its bundle
 */
export function createBills() {
  const whole = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return (workspace, packages) => {
    const bill = JSON.parse(whole);
    const folder = path.join(ROOT, workspace);
    const own = referenceOf(folder);
    const parts = new Set(packages.map(referenceOf));
    const isPart = (/** @type {string} */ reference) => parts.has(reference);
    const subject = bill.components.find((component) => component['bom-ref'] === own);
    bill.serialNumber = `urn:uuid:${randomUUID()}`;
    // npm calls a workspace by its folder.
    bill.metadata.component = { ...subject, type: 'application', name: manifestOf(folder).name };
    bill.components = bill.components.filter((component) => isPart(component['bom-ref']));
    bill.dependencies = bill.dependencies
      .filter(({ ref }) => ref === own || isPart(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isPart) }));
    return `${JSON.stringify(bill, undefined, 2)}\n`;
  };
}

/** @param {string} folder */
function referenceOf(folder) {
  const { name, version } = manifestOf(folder);
  return `${name}@${version}`;
}

/** @param {string} folder @returns {{ name: string, version: string }} */
function manifestOf(folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

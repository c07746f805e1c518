import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { maintainerScripts } from './maintainer-scripts.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
/** What packages carry for those who compile, as the images leave it out, and sources of their native parts. */
const FOR_COMPILERS = /\.(?:map|[cm]?ts|c|cc|cpp|h|hh|hpp|gypi?)$/;

/**
 * Writes a service as a Debian package: its npm package and all that it runs with under `/usr/lib`, a command, and its
 * systemd units, which are neither enabled nor started, but restarted by an upgrade and ended by a removal. It is for the machine's own architecture, since what it runs
 * with has native parts. Needs `dpkg-deb`. The same files make the same bytes.
 *
 * @param {'exporter' | 'companion'} service
 * @param {string} tarball its npm package
 * @param {readonly string[]} packages the folders of what it runs with, below the checkout's node_modules
 * @param {readonly string[]} units names of files in packaging/systemd
 * @param {string} licences all their texts
 * @param {string} output a folder that exists
 * @param {Date} time of every file
 * @returns {string} the package's path
 */
export function writeDebianPackage(service, tarball, packages, units, licences, output, time) {
  const { version, description, engines } = JSON.parse(
    readFileSync(path.join(ROOT, service, 'package.json'), 'utf8'),
  );
  const name = `toposcope-${service}`;
  const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
  const stage = mkdtempSync(path.join(tmpdir(), 'toposcope-deb-'));
  try {
    // mkdtemp's is for its owner alone, and becomes the archive's root.
    chmodSync(stage, 0o755);
    const home = path.join(stage, 'usr/lib', name);
    const own = path.join(home, 'node_modules/@toposcope', service);
    mkdirSync(own, { recursive: true });
    execFileSync('tar', [
      '-xzf',
      tarball,
      '--strip-components=1',
      '-C',
      own,
      '--exclude=*.ts',
      '--exclude=*.map',
    ]);
    // npm does so when it installs a command.
    chmodSync(path.join(own, 'dist/main.js'), 0o755);
    for (const folder of packages) {
      cpSync(folder, path.join(home, path.relative(ROOT, folder).replace(`${service}/`, '')), {
        recursive: true,
        // Packages below are in the list by themselves, where they are needed.
        filter: (source) =>
          source === folder ||
          (!source.startsWith(path.join(folder, 'node_modules')) && !FOR_COMPILERS.test(source)),
      });
    }
    mkdirSync(path.join(stage, 'usr/bin'), { recursive: true });
    symlinkSync(
      `../lib/${name}/node_modules/@toposcope/${service}/dist/main.js`,
      path.join(stage, 'usr/bin', name),
    );
    mkdirSync(path.join(stage, 'lib/systemd/system'), { recursive: true });
    for (const unit of units) {
      cpSync(path.join(ROOT, 'packaging/systemd', unit), path.join(stage, 'lib/systemd/system', unit));
    }
    mkdirSync(path.join(stage, 'usr/share/doc', name), { recursive: true });
    const licence = readFileSync(path.join(ROOT, 'LICENSE'), 'utf8');
    writeFileSync(path.join(stage, 'usr/share/doc', name, 'copyright'), `${licence}\n${licences}`);
    mkdirSync(path.join(stage, 'DEBIAN'));
    writeFileSync(
      path.join(stage, 'DEBIAN/control'),
      [
        `Package: ${name}`,
        `Version: ${version}`,
        `Architecture: ${architecture}`,
        `Depends: nodejs (${engines.node.replace('>=', '>= ')})`,
        'Section: net',
        'Priority: optional',
        'Maintainer: Toposcope <noreply@toposcope.invalid>',
        `Description: ${description}`,
        '',
      ].join('\n'),
    );
    for (const [occasion, script] of Object.entries(maintainerScripts(units))) {
      writeFileSync(path.join(stage, 'DEBIAN', occasion), script, { mode: 0o755 });
    }
    const file = path.join(output, `${name}_${version}_${architecture}.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', stage, file], {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(time.getTime() / 1000) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return file;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

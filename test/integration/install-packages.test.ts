import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const DPKG = '/usr/bin/dpkg';

interface Manifest {
  readonly version: string;
  readonly workspaces?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}
/** Of CycloneDX. */
interface Bill {
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly { readonly name: string }[];
}
const json = async <Content>(file: string) => JSON.parse(await readFile(file, 'utf8')) as Content;
const manifestOf = (folder: string) => json<Manifest>(path.join(ROOT, folder, 'package.json'));

describe('the version', async () => {
  const { version, workspaces = [] } = await manifestOf('.');

  it.each(workspaces)('of %s is that of the whole', async (workspace) => {
    expect((await manifestOf(workspace)).version).toBe(version);
  });

  it.each([
    ['compose/.env', `TOPOSCOPE_VERSION=${version}\n`],
    ['compose/swarm.yml', `toposcope/exporter:${version}`],
    ['compose/swarm.yml', `toposcope/companion:${version}`],
    ['compose/kubernetes/kustomization.yaml', `newTag: ${version}\n`],
    ['compose/kubernetes/companion/kustomization.yaml', `newTag: ${version}\n`],
  ])('is in %s as %s', async (file, words) => {
    expect(await readFile(path.join(ROOT, file), 'utf8')).toContain(words);
  });
});

describe('what npm run package makes', () => {
  let folder: string;
  let packages: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'toposcope-packages-'));
    packages = path.join(folder, 'packages');
    await run(process.execPath, [path.join(ROOT, 'packaging/package.mjs'), packages], { cwd: ROOT });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function billOf(workspace: string): Promise<{ subject: string; names: readonly string[] }> {
    const { metadata, components } = await json<Bill>(path.join(packages, `${workspace}-sbom.cdx.json`));
    return { subject: metadata.component.name, names: components.map(({ name }) => name) };
  }

  describe.each(['toposcope-topology-datasource', 'toposcope-topology-panel'])('the zip of %s', (id) => {
    const zipName = async () => `${id}-${(await manifestOf('.')).version}.zip`;

    it('has one folder, named as the plugin, with all that a package must carry', async () => {
      const { stdout } = await run('busybox', ['unzip', '-l', path.join(packages, await zipName())]);
      const files = [...stdout.matchAll(/\S+$/gm)].map(([name]) => name).filter((name) => name.includes('/'));
      expect(files.filter((file) => !file.startsWith(`${id}/`) && !file.startsWith('/'))).toEqual([]);
      for (const file of [
        'module.js',
        'module.js.map',
        'plugin.json',
        'README.md',
        'CHANGELOG.md',
        'LICENSE',
      ]) {
        expect(files).toContain(`${id}/${file}`);
      }
      expect(files).toContain(`${id}/THIRD-PARTY-LICENSES.md`);
    });

    it('unpacks to what was built, in the version of the whole, dated', async () => {
      const target = path.join(folder, id);
      await mkdir(target);
      await run('busybox', ['unzip', '-q', path.join(packages, await zipName())], { cwd: target });
      const { info } = await json<{ info: { version: string; updated: string } }>(
        path.join(target, id, 'plugin.json'),
      );
      expect(info.version).toBe((await manifestOf('.')).version);
      expect(info.updated).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      const workspace = id.endsWith('panel') ? 'grafana-panel' : 'grafana-datasource';
      expect(await readFile(path.join(target, id, 'module.js'))).toEqual(
        await readFile(path.join(ROOT, workspace, 'dist/module.js')),
      );
    });

    it.each(['sha1sum', 'sha256sum'])('has the checksum that %s finds', async (program) => {
      const file = `${await zipName()}.${program.replace('sum', '')}`;
      await expect(run(program, ['--check', file], { cwd: packages })).resolves.toBeTruthy();
    });
  });

  it.each([
    ['grafana-panel', '@xterm/xterm'],
    ['grafana-datasource', 'ipaddr.js'],
  ])(
    'has a bill of materials of %s, with what is in its bundle and nothing else',
    async (workspace, part) => {
      const { subject, names } = await billOf(workspace);
      const id = `toposcope-topology-${workspace.replace('grafana-', '')}`;
      expect(subject).toBe(id);
      const { stdout } = await run('busybox', [
        ...['unzip', '-p', path.join(packages, `${id}-${(await manifestOf('.')).version}.zip`)],
        `${id}/THIRD-PARTY-LICENSES.md`,
      ]);
      expect(names).toContain(part);
      expect([...names].sort()).toEqual(
        [...stdout.matchAll(/^## (\S+) \d/gm)].map(([, name]) => name).sort(),
      );
    },
  );

  describe.each([
    ['exporter', 'toposcope-exporter', 'toposcope-exporter.service'],
    ['companion', 'toposcope-companion', 'toposcope-gateway.service toposcope-agent.service'],
  ])('the npm package of the %s', (workspace, command, units) => {
    let installed: string;
    beforeAll(async () => {
      const target = path.join(folder, `empty-${workspace}`);
      installed = path.join(target, 'node_modules/@toposcope', workspace);
      await mkdir(installed, { recursive: true });
      const { version } = await manifestOf('.');
      const tarball = path.join(packages, `toposcope-${workspace}-${version}.tgz`);
      await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
      await linkDependencies(workspace, path.join(target, 'node_modules'));
    });

    it('runs from an empty folder by its bin', async () => {
      const { bin = {} } = await json<Manifest>(path.join(installed, 'package.json'));
      const main = path.join(installed, bin[command] ?? '');
      expect(await readFile(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
      const { stdout } = await run(process.execPath, [main, '--version']);
      expect(stdout.trim()).toContain((await manifestOf('.')).version);
    });

    it('has README, licence and types, and neither tests nor sources', async () => {
      const files = await readdir(installed, { recursive: true });
      expect(files).toEqual(
        expect.arrayContaining(['README.md', 'LICENSE', 'dist/main.js', 'dist/main.d.ts']),
      );
      expect(files.filter((file) => /\.test\.|^src|tsbuildinfo|fixtures/.test(file))).toEqual([]);
    });

    it.skipIf(!existsSync(DPKG) || process.getuid?.() !== 0)(
      'runs once dpkg has installed its Debian package beside a Node.js that it asks for (needs root)',
      async () => {
        const { version } = await manifestOf('.');
        const name =
          (await readdir(packages)).find((file) => file.startsWith(`${command}_${version}_`)) ?? '';
        const root = path.join(folder, `debian-${workspace}`);
        const { stdout: depends } = await run('dpkg-deb', ['--field', path.join(packages, name), 'Depends']);
        expect(depends.trim()).toBe('nodejs (>= 20.19)');
        const node = await fakeNode('20.19.0', path.join(folder, `node-${workspace}`));
        await install(root, node, path.join(packages, name));
        const { stdout } = await run(path.join(root, 'usr/bin', command), ['--version']);
        expect(stdout.trim()).toBe(version);
        const units = await readdir(path.join(root, 'lib/systemd/system'));
        expect(units.length).toBeGreaterThan(0);
        for (const unit of units) {
          const text = await readFile(path.join(root, 'lib/systemd/system', unit), 'utf8');
          expect(text, unit).toMatch(new RegExp(`^ExecStart=/usr/bin/env ${command}\\b`, 'm'));
        }
      },
    );

    it.skipIf(!existsSync(DPKG) || process.getuid?.() !== 0).each([
      [
        'where systemd runs: upgrades restart what runs, a removal ends it (needs root)',
        true,
        {
          installed: ['systemctl --system daemon-reload'],
          upgraded: ['systemctl --system daemon-reload', `deb-systemd-invoke try-restart ${units}`],
          removed: [
            `deb-systemd-invoke stop ${units}`,
            `systemctl --system --quiet disable ${units}`,
            'systemctl --system daemon-reload',
          ],
        },
      ],
      [
        'nothing where systemd does not run (needs root)',
        false,
        { installed: [], upgraded: [], removed: [] },
      ],
    ])('has a Debian package that tells systemd %s', async (_where, hasSystemd, expected) => {
      const name = (await readdir(packages)).find((file) => file.startsWith(`${command}_`)) ?? '';
      const root = await mkdtemp(path.join(folder, 'systemd-'));
      const calls = await recordSystemd(root, hasSystemd);
      const flags = [`--root=${root}`, '--log=/dev/null', '--force-depends'];
      for (const version of ['1', '2']) {
        const small = await withoutFiles(path.join(packages, name), version, `${root}-${version}`);
        await run(DPKG, [...flags, '--install', small]);
        expect(await calls()).toEqual(version === '1' ? expected.installed : expected.upgraded);
      }
      // What installs into a folder, as mmdebstrap does, does not mean the systemd that runs here.
      const script = `/var/lib/dpkg/info/${command}.prerm`;
      await run('chroot', [root, '/bin/env', 'DPKG_ROOT=/folder', '/bin/sh', script, 'remove']);
      expect(await calls()).toEqual([]);
      await run(DPKG, [...flags, '--remove', command]);
      expect(await calls()).toEqual(expected.removed);
    });

    it.skipIf(!existsSync(DPKG))(
      'has a Debian package of what it runs with, under folders that all may enter',
      async () => {
        const name = (await readdir(packages)).find((file) => file.startsWith(`${command}_`)) ?? '';
        const { stdout } = await run('dpkg-deb', ['--contents', path.join(packages, name)], {
          maxBuffer: 16 * 1024 * 1024,
        });
        const files = stdout.trim().split('\n');
        expect(files.filter((line) => line.startsWith('d') && !line.startsWith('drwxr-xr-x'))).toEqual([]);
        expect(files.filter((line) => /\.(?:ts|map|cc|h|gyp)$/.test(line))).toEqual([]);
      },
    );

    it('comes with every licence and a bill of materials of its own', async () => {
      const { dependencies = {} } = await manifestOf(workspace);
      const licences = await readFile(path.join(packages, `${workspace}-licences.md`), 'utf8');
      const { subject, names } = await billOf(workspace);
      expect(subject).toBe(`@toposcope/${workspace}`);
      for (const name of Object.keys(dependencies)) {
        expect(licences).toContain(`## ${name} `);
        expect(names).toContain(name);
      }
    });
  });
});

/** A package of that name and version with nothing in it: the command then runs on the tests' own Node.js. */
async function fakeNode(version: string, stage: string): Promise<string> {
  await mkdir(path.join(stage, 'DEBIAN'), { recursive: true });
  const control = [
    'Package: nodejs',
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: none',
    'Description: none',
  ];
  await writeFile(path.join(stage, 'DEBIAN/control'), `${control.join('\n')}\n`);
  await run('dpkg-deb', ['--build', stage, `${stage}.deb`]);
  return `${stage}.deb`;
}

/** Into a system of its own, which holds nothing else. */
async function install(root: string, ...files: readonly string[]): Promise<void> {
  await mkdir(path.join(root, 'var/lib/dpkg/updates'), { recursive: true });
  await writeFile(path.join(root, 'var/lib/dpkg/status'), '');
  const flags = [`--root=${root}`, '--force-script-chrootless', '--force-not-root', '--log=/dev/null'];
  await run(DPKG, [...flags, '--install', ...files]);
}

/**
 * A system of busybox in a folder, whose systemd writes down what it is told.
 * @returns what it was told since the last time
 */
async function recordSystemd(root: string, runs: boolean): Promise<() => Promise<string[]>> {
  await mkdir(path.join(root, 'var/lib/dpkg/updates'), { recursive: true });
  await mkdir(path.join(root, 'bin'));
  // Its `null` is then a file as any other.
  await mkdir(path.join(root, 'dev'));
  await writeFile(path.join(root, 'var/lib/dpkg/status'), '');
  if (runs) {
    await mkdir(path.join(root, 'run/systemd/system'), { recursive: true });
  }
  await copyFile('/usr/bin/busybox', path.join(root, 'bin/busybox'));
  for (const program of ['sh', 'env']) {
    await symlink('busybox', path.join(root, 'bin', program));
  }
  for (const program of ['systemctl', 'deb-systemd-invoke']) {
    const script = `#!/bin/sh\necho "${program} $*" >> /calls\n`;
    await writeFile(path.join(root, 'bin', program), script, { mode: 0o755 });
  }
  const file = path.join(root, 'calls');
  return async () => {
    const text = await readFile(file, 'utf8').catch(() => '');
    await rm(file, { force: true });
    return text.trim().split('\n').filter(Boolean);
  };
}

/** The package's control files and scripts, in another version and with nothing to unpack. */
async function withoutFiles(file: string, version: string, stage: string): Promise<string> {
  await mkdir(stage);
  await run('dpkg-deb', ['--control', file, path.join(stage, 'DEBIAN')]);
  const control = path.join(stage, 'DEBIAN/control');
  await writeFile(
    control,
    (await readFile(control, 'utf8')).replace(/^Version: .*$/m, `Version: ${version}`),
  );
  await run('dpkg-deb', ['--build', stage, `${stage}.deb`]);
  return `${stage}.deb`;
}

const ANALYZE = '/usr/bin/systemd-analyze';

describe.skipIf(!existsSync(ANALYZE))('the systemd units (skipped where there is no systemd)', () => {
  it.each(['exporter', 'gateway', 'agent'])('toposcope-%s is exposed less than 3 of 10', async (name) => {
    const unit = path.join(ROOT, `packaging/systemd/toposcope-${name}.service`);
    await expect(
      run(ANALYZE, ['security', '--no-pager', '--offline=true', '--threshold=29', unit]),
    ).resolves.toBeTruthy();
  });

  it('gives the exporter no capability that the table in README.md does not explain', async () => {
    const unit = await readFile(path.join(ROOT, 'packaging/systemd/toposcope-exporter.service'), 'utf8');
    const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');
    const [, given = ''] = /^CapabilityBoundingSet=(.*)$/m.exec(unit) ?? [];
    const table = new Set([...readme.matchAll(/`(CAP_[A-Z_]+)`/g)].map(([, name]) => name));
    expect([...table]).toEqual(expect.arrayContaining(given.split(' ')));
  });
});

/** What the registry would install, from this checkout. */
async function linkDependencies(workspace: string, target: string): Promise<void> {
  const list = ['ls', '--workspace', workspace, '--omit', 'dev', '--all', '--parseable', '--silent'];
  const { stdout } = await run('npm', list, { cwd: ROOT });
  for (const source of stdout.trim().split('\n')) {
    const [, name] = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(source) ?? [];
    const link = path.join(target, name ?? '');
    const isNested = /node_modules\/.*node_modules\//.test(source);
    if (name !== undefined && !isNested && !name.startsWith('@toposcope/') && !existsSync(link)) {
      await mkdir(path.dirname(link), { recursive: true });
      await symlink(source, link);
    }
  }
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../..');

interface Manifest {
  readonly id: string;
  readonly type: string;
  readonly info: {
    readonly version: string;
    readonly updated: string;
    readonly description: string;
    readonly keywords: readonly string[];
    readonly logos: Readonly<Record<string, string>>;
    readonly screenshots: readonly { readonly path: string }[];
  };
  readonly dependencies: { readonly grafanaDependency: string };
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
}

/** What Grafana's plugin validator asks of a package; the validator itself is a download that needs the Internet. */
describe.each(['grafana-datasource', 'grafana-panel'])('the package of %s', (folder) => {
  let dist: string;
  const read = (name: string) => readFile(path.join(dist, name), 'utf8');
  const json = async <Content>(name: string) => JSON.parse(await read(name)) as Content;

  beforeAll(async () => {
    dist = await mkdtemp(path.join(tmpdir(), 'toposcope-plugin-'));
    const script = path.join(ROOT, 'compose/viewer/build-plugin.mjs');
    await promisify(execFile)(process.execPath, [script, path.join(ROOT, folder), dist]);
  });

  afterAll(() => rm(dist, { recursive: true, force: true }));

  it('says who it is, in its own version, for a range of Grafana versions', async () => {
    const { id, type, info, dependencies } = await json<Manifest>('plugin.json');
    const { version } = JSON.parse(await readFile(path.join(ROOT, folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(id).toMatch(/^[0-9a-z]+-([0-9a-z]+-)?(app|panel|datasource)$/);
    expect(id.endsWith(`-${type}`)).toBe(true);
    expect(info.version).toBe(version);
    expect(info.updated).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(info.description).not.toBe('');
    expect(info.keywords.length).toBeGreaterThan(0);
    expect(dependencies.grafanaDependency).toMatch(/^>=11\.0\.0( <\d+\.\d+\.\d+)?$/);
  });

  it('carries every file that it names, and what every package must have', async () => {
    const { info } = await json<Manifest>('plugin.json');
    const named = [...Object.values(info.logos), ...info.screenshots.map((screenshot) => screenshot.path)];
    for (const name of [...named, 'README.md', 'CHANGELOG.md', 'LICENSE', 'module.js', 'module.js.map']) {
      expect(existsSync(path.join(dist, name)), name).toBe(true);
    }
    expect((await read('README.md')).length).toBeGreaterThan(200);
    expect(await read('LICENSE')).toContain('Apache License');
  });

  it('is an AMD module of what Grafana gives to every plugin', async () => {
    const code = await read('module.js');
    const [, names = '[]'] = /^define\((\[[^\]]*\]),function\(/.exec(code) ?? [];
    const needed = JSON.parse(names) as string[];
    expect(needed[0]).toBe('exports');
    expect(needed).toContain('@grafana/data');
    expect(needed.filter((name) => /^react\/|^rxjs\/|@grafana\/(?!data$|ui$|runtime$)/.test(name))).toEqual(
      [],
    );
  });

  it('has a map whose own sources are the files of the repository', async () => {
    const { sources, sourcesContent } = await json<SourceMap>('module.js.map');
    const own = sources.flatMap((name, index) =>
      name.startsWith('./node_modules/') ? [] : [{ name, content: sourcesContent[index] }],
    );
    expect(own.some(({ name }) => name === './module.ts')).toBe(true);
    for (const { name, content } of own) {
      expect(content, name).toBe(await readFile(path.join(ROOT, folder, 'src', name), 'utf8'));
    }
  });

  it('names no folder of the machine that built it', async () => {
    expect(await read('module.js')).not.toContain(ROOT);
    expect(await read('module.js.map')).not.toContain(`"${ROOT}`);
  });
});

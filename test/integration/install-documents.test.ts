import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { documents } from '../documents.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DOCS = path.join(ROOT, 'docs');
const run = promisify(execFile);

const pages = (await readdir(DOCS)).filter((name) => name.endsWith('.md'));
const everyPage = await documents();
const textOf = (page: string) => readFile(path.join(DOCS, page), 'utf8');
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block);

describe('the documents', () => {
  it('hold PromQL that promtool takes', async () => {
    const texts = await Promise.all(pages.map(textOf));
    const rules = texts
      .flatMap((text) => blocks(text, 'promql'))
      .map((expr, index) => ({ record: `recipe:${index}`, expr }));
    expect(rules.length).toBeGreaterThan(10);
    const folder = await mkdtemp(path.join(tmpdir(), 'toposcope-recipes-'));
    try {
      const file = path.join(folder, 'recipes.yaml');
      await writeFile(file, stringify({ groups: [{ name: 'recipes', rules }] }));
      const { stdout } = await run('promtool', ['check', 'rules', file]);
      expect(stdout).toContain(`${rules.length} rules found`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('ask only for metrics and labels of the contract', async () => {
    const reference = await textOf('metrics.md');
    for (const recipe of blocks(await textOf('promql-recipes.md'), 'promql')) {
      for (const [name] of recipe.matchAll(/toposcope_[a-z_]+/g)) {
        expect(reference).toContain(name.replace(/_(?:sum|count)$/, ''));
      }
    }
  });

  it.each(everyPage)('%s links to files and headings that exist', async (page) => {
    const text = await readFile(path.join(ROOT, page), 'utf8');
    for (const [, target = '', anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const file = target === '' ? page : path.join(path.dirname(page), target);
      expect(existsSync(path.join(ROOT, file)), target).toBe(true);
      if (anchor !== undefined) {
        expect(anchorsOf(await readFile(path.join(ROOT, file), 'utf8')), target).toContain(anchor);
      }
    }
  });

  it('getting-started.md runs scripts of package.json and names files of the repository', async () => {
    const { scripts } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const commands = blocks(await textOf('getting-started.md'), 'sh').join('\n');
    const named = [...commands.matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(0);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
    const files = [...commands.matchAll(/(?:^|\s)((?:compose|packaging)\/[\w./-]+)/g)].map(
      ([, file = '']) => file,
    );
    for (const file of files.filter((name) => name !== 'compose/secrets')) {
      expect(existsSync(path.join(ROOT, file)), file).toBe(true);
    }
  });
});

/** As GitHub names headings: small letters, without punctuation, a dash for a blank. */
function anchorsOf(text: string): readonly string[] {
  return Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';

const LOCAL = path.resolve(import.meta.dirname, '..');
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

describe('bootstrap.mjs', () => {
  it.each(['--help', '-h'])('answers %s where nothing is installed or built', async (flag) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'toposcope-bootstrap-'));
    folders.push(folder);
    for (const file of ['bootstrap.mjs', 'help.txt']) {
      await cp(path.join(LOCAL, file), path.join(folder, 'compose/local', file));
    }
    const { stdout } = await promisify(execFile)(process.execPath, ['compose/local/bootstrap.mjs', flag], {
      cwd: folder,
    });
    expect(stdout).toBe(await readFile(path.join(LOCAL, 'help.txt'), 'utf8'));
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKeptFiles, type KeptFiles } from './kept-files.js';

let folder: string;
let files: KeptFiles;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toposcope-kept-'));
});
afterEach(() => {
  files.close();
  rmSync(folder, { recursive: true });
});

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const openDescriptors = () => readdirSync('/proc/self/fd').length;

it('reads what the file says now, from its beginning', () => {
  files = createKeptFiles(10);
  const path = put('a', 'long ago');
  expect(files.read(path)?.toString()).toBe('long ago');
  put('a', 'now');
  expect(files.read(path)?.toString()).toBe('now');
});

it('keeps as many files open as it may, and reads the others all the same', () => {
  files = createKeptFiles(2);
  const before = openDescriptors();
  for (const name of ['a', 'b', 'c', 'a', 'b', 'c']) {
    expect(files.read(put(name, name))?.toString()).toBe(name);
  }
  expect(openDescriptors() - before).toBe(2);
});

it('closes the files that were not read since the last sweep', () => {
  files = createKeptFiles(10);
  const before = openDescriptors();
  const [a, b] = [put('a', 'a'), put('b', 'b')];
  files.read(a);
  files.read(b);
  files.sweep();
  files.read(a);
  files.sweep();
  expect(openDescriptors() - before).toBe(1);
});

it('says how large a file is now, and what a folder is said to be', () => {
  files = createKeptFiles(10);
  const path = put('a', 'long ago');
  expect(files.sizeOf(path)).toBe(8);
  put('a', 'now');
  expect(files.sizeOf(path)).toBe(3);
  expect(files.sizeOf(folder)).toBe(statSync(folder).size);
});

it('says nothing of a process that has ended, though its folder was kept', async () => {
  files = createKeptFiles(10);
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const path = `/proc/${child.pid}`;
  expect(files.read(`${path}/stat`)?.toString()).toContain('sleep');
  expect(files.sizeOf(`${path}/fd`)).toBeDefined();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(files.read(`${path}/stat`)).toBeUndefined();
  expect(files.sizeOf(`${path}/fd`)).toBeUndefined();
});

it('has nothing to say of a file that is not there', () => {
  files = createKeptFiles(10);
  expect(files.read(join(folder, 'none'))).toBeUndefined();
  expect(files.sizeOf(join(folder, 'none'))).toBeUndefined();
});

it('leaves nothing open behind a file that cannot be read', () => {
  files = createKeptFiles(10);
  const before = openDescriptors();
  expect(() => files.read(folder)).toThrow(/EISDIR/);
  expect(openDescriptors()).toBe(before);
});

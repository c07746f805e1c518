import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { missingRoot } from './roots.js';

const folder = mkdtempSync(path.join(tmpdir(), 'toposcope-roots-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'file');
writeFileSync(file, '');

const there = { procRoot: folder, sysRoot: folder, rootfs: folder };

describe('missingRoot', () => {
  it('says nothing where each root is a directory, even an empty one', () => {
    expect(missingRoot(there)).toBeUndefined();
  });

  it.each([
    ['a misspelt /proc', { procRoot: '/nope' }, '/nope does not exist: check --path.procfs'],
    ['a misspelt /sys', { sysRoot: '/nope' }, '/nope does not exist: check --path.sysfs'],
    ['a misspelt root', { rootfs: '/nope' }, '/nope does not exist: check --path.rootfs'],
    ['a file', { rootfs: file }, `${file} is no directory: check --path.rootfs`],
    ['a path through a file', { sysRoot: `${file}/x` }, `${file}/x cannot be read: check --path.sysfs`],
  ])('names the path and the flag of %s', (_case, wrong, sentence) => {
    expect(missingRoot({ ...there, ...wrong })).toBe(sentence);
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Lock {
  readonly packages: Readonly<Record<string, { version?: string; integrity?: string }>>;
}

describe('the Dockerfiles', async () => {
  const folder = path.join(ROOT, 'compose/images');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.Dockerfile'));

  it.each(names)('%s has no step for one architecture alone', async (name) => {
    expect(await readFile(path.join(folder, name), 'utf8')).not.toMatch(/amd64|arm64|aarch64|x86|x64/i);
  });
});

/** The only native code that the services cannot do without, as `npm ci` takes it on a machine of that architecture. */
describe.each([
  ['x64', 62],
  ['arm64', 183],
])('koffi for %s', (architecture, machine) => {
  const name = `@koromix/koffi-linux-${architecture}`;
  let folder: string;
  let locked: Lock['packages'][string] | undefined;
  let packed: { filename: string; integrity: string } | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'toposcope-architecture-'));
    const lock = JSON.parse(await readFile(path.join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
    locked = lock.packages[`node_modules/${name}`];
    const { stdout } = await run('npm', ['pack', `${name}@${locked?.version ?? ''}`, '--json'], {
      cwd: folder,
    });
    [packed] = JSON.parse(stdout) as [typeof packed];
    await run('tar', ['-xzf', packed?.filename ?? '', '--strip-components=1'], { cwd: folder });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is in the lock file as the registry has it', () => {
    expect(packed?.integrity).toBe(locked?.integrity);
  });

  it.each(['linux', 'musl'])('has a library for %s that is of that architecture', async (library) => {
    const file = path.join(folder, `${library}_${architecture}`, 'koffi.node');
    expect(await machineOf(file)).toBe(machine);
  });
});

/** e_machine of an ELF file: elf(5). */
async function machineOf(file: string): Promise<number> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(20), 0, 20, 0);
    return buffer.readUInt16LE(18);
  } finally {
    await handle.close();
  }
}

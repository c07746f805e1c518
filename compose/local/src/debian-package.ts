import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { StartError } from './start-error.js';

const run = promisify(execFile);

/**
 * A program from a Debian package, unpacked into a folder of ours: apt checks the signatures, nothing is installed,
 * no service starts, and no rights are needed but, where the package lists are missing, those to fetch them.
 *
 * @param name the package
 * @param program the path in the package, such as `usr/bin/prometheus`
 * @returns the program's path
 */
export async function unpackDebianProgram(name: string, program: string, folder: string): Promise<string> {
  const target = path.join(folder, name);
  const found = path.join(target, program);
  if (existsSync(found)) {
    return found;
  }
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg-deb')) {
    throw new StartError('This is no Debian: apt-get is not there.');
  }
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(path.join(folder, `${name}-`));
  try {
    await download(name, temporary);
    const archive = (await readdir(temporary)).find((file) => file.endsWith('.deb'));
    if (archive === undefined) {
      throw new StartError(`apt-get download ${name} left no package in ${temporary}.`);
    }
    await run('dpkg-deb', ['--extract', path.join(temporary, archive), path.join(temporary, 'root')]);
    await rm(target, { recursive: true, force: true });
    await rename(path.join(temporary, 'root'), target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  if (!existsSync(found)) {
    throw new StartError(`Debian's package ${name} holds no ${program}.`);
  }
  return found;
}

async function download(name: string, folder: string): Promise<void> {
  try {
    await run('apt-get', ['download', name], { cwd: folder });
  } catch (firstError) {
    // A machine whose package lists were never fetched, such as a fresh container.
    const update = await updateCommand();
    if (!update) {
      throw aptError(name, firstError);
    }
    try {
      await run(update.file, update.args);
      await run('apt-get', ['download', name], { cwd: folder });
    } catch (error) {
      throw aptError(name, error);
    }
  }
}

/** `apt-get update` needs root, or sudo that asks no password. */
async function updateCommand(): Promise<{ file: string; args: string[] } | undefined> {
  if (process.getuid?.() === 0) {
    return { file: 'apt-get', args: ['update', '-q'] };
  }
  try {
    await run('sudo', ['-n', 'true']);
    return { file: 'sudo', args: ['-n', 'apt-get', 'update', '-q'] };
  } catch {
    return undefined;
  }
}

function aptError(name: string, error: unknown): StartError {
  const { stderr, message } = error as { stderr?: string; message: string };
  const words = (stderr ?? '').trim().split('\n').at(-1) ?? '';
  return new StartError(`apt-get cannot download ${name}: ${words === '' ? message : words}`, {
    cause: error,
  });
}

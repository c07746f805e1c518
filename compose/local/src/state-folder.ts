import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { identify, isAlive, type ProcessIdentity } from './processes/process-identity.js';
import { stopProcessGroup, waitForEnd } from './processes/stop-process-group.js';
import { StartError } from './start-error.js';

const ENDING_MS = 5_000;
const LEFTOVER_GRACE_MS = 3_000;

const identity = z.object({ pid: z.number().int().positive(), startTime: z.string() });
const runFile = z.object({ main: identity, children: z.array(identity) });

/** The folder of one stack: logs, Prometheus' data, and a note of what runs, so that a killed run can be cleared up. */
export interface StateFolder {
  /** This process. */
  readonly main: ProcessIdentity;
  file(name: string): string;
  /** Notes a child, so that the next start ends it if this one cannot. */
  remember(child: ProcessIdentity): Promise<void>;
  release(): Promise<void>;
}

/** Takes the folder: ends what a killed run left, throws when another stack uses it. */
export async function openStateFolder(folder: string): Promise<StateFolder> {
  try {
    await makeFolder(path.resolve(folder));
  } catch (error) {
    throw new StartError(
      `The state folder ${folder} cannot be made (${(error as Error).message}): choose another with --state-dir.`,
    );
  }
  const noteFile = path.join(folder, 'run.json');
  await endPreviousRun(folder, noteFile);

  const main = identify(process.pid) ?? { pid: process.pid, startTime: '' };
  const children: ProcessIdentity[] = [];
  const save = async () => {
    await writeFile(`${noteFile}.new`, JSON.stringify({ main, children }));
    await rename(`${noteFile}.new`, noteFile);
  };
  await save();
  return {
    main,
    file: (name) => path.join(folder, name),
    remember: async (child) => {
      children.push(child);
      await save();
    },
    release: () => rm(noteFile, { force: true }),
  };
}

/** Step by step: where a file system lets nobody make a folder, as `/proc`, Node.js' own recursion never ends. */
async function makeFolder(folder: string): Promise<void> {
  const make = () => mkdir(folder, { mode: 0o700 });
  try {
    await make();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && path.dirname(folder) !== folder) {
      await makeFolder(path.dirname(folder));
      await make();
    } else if (code !== 'EEXIST' || !(await stat(folder)).isDirectory()) {
      throw error;
    }
  }
}

async function endPreviousRun(folder: string, noteFile: string): Promise<void> {
  const previous = await readNote(noteFile);
  if (!previous) {
    return;
  }
  // It may be ending just now, for instance because the npm that ran it was killed.
  if (isAlive(previous.main) && !(await waitForEnd(previous.main, ENDING_MS))) {
    throw new StartError(
      `Toposcope runs already, as process ${previous.main.pid}, with the state folder ${folder}: ` +
        `stop it (kill ${previous.main.pid}), or choose another folder with --state-dir and other ports.`,
    );
  }
  await Promise.all(previous.children.map((child) => stopProcessGroup(child, LEFTOVER_GRACE_MS)));
}

/** A note that is missing or damaged, as after a crash while writing, says nothing. */
async function readNote(noteFile: string): Promise<z.infer<typeof runFile> | undefined> {
  try {
    return runFile.parse(JSON.parse(await readFile(noteFile, 'utf8')));
  } catch {
    return undefined;
  }
}

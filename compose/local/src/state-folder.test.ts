import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify, isAlive, type ProcessIdentity } from './processes/process-identity.js';
import { openStateFolder } from './state-folder.js';

describe('openStateFolder', () => {
  let folder: string;
  const started: number[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'toposcope-state-'));
  });
  afterEach(() => {
    for (const pid of started.splice(0)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended, which is what most tests want.
      }
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** A process that leads its own group, as the parts of the stack do. */
  async function startSleeper(script = 'exec sleep 60'): Promise<ProcessIdentity> {
    const child = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
    await new Promise((resolve) => child.once('spawn', resolve));
    started.push(child.pid ?? 0);
    return identify(child.pid ?? 0) ?? { pid: 0, startTime: '' };
  }

  function note(main: ProcessIdentity, children: ProcessIdentity[]): void {
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify({ main, children }));
  }

  it('ends the children that a killed run left', async () => {
    const child = await startSleeper();
    note({ pid: 999_999, startTime: '1' }, [child]);
    await openStateFolder(folder);
    expect(isAlive(child)).toBe(false);
  });

  it('ends a child that ignores TERM', async () => {
    const child = await startSleeper("trap '' TERM; while :; do sleep 1; done");
    note({ pid: 999_999, startTime: '1' }, [child]);
    await openStateFolder(folder);
    expect(isAlive(child)).toBe(false);
  });

  it('leaves a process alone that has the number of an old child, but another start time', async () => {
    const stranger = await startSleeper();
    note({ pid: 999_999, startTime: '1' }, [{ ...stranger, startTime: '1' }]);
    await openStateFolder(folder);
    expect(isAlive(stranger)).toBe(true);
  });

  it('refuses a folder that another stack uses, and names its process', async () => {
    const main = await startSleeper();
    note(main, []);
    await expect(openStateFolder(folder)).rejects.toThrow(`Toposcope runs already, as process ${main.pid}`);
  }, 15_000);

  it('starts afresh from a damaged note', async () => {
    writeFileSync(path.join(folder, 'run.json'), '{"main":');
    const state = await openStateFolder(folder);
    expect(state.file('x.log')).toBe(path.join(folder, 'x.log'));
  });

  it('names the folder that cannot be made, and the flag', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    for (const impossible of [path.join(folder, 'file/state'), '/proc/toposcope/state']) {
      await expect(openStateFolder(impossible)).rejects.toThrow(/cannot be made .*--state-dir/);
    }
  });
});

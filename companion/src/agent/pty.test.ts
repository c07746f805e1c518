import { once } from 'node:events';
import { closeSync, fstatSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hostShell } from './actions/host-shell.js';
import type { Host, Terminal } from './handler.js';
import { openPty, type Pty } from './pty.js';

const descriptors = (): number => readdirSync('/proc/self/fd').length;

function open(command: readonly [string, ...string[]]): Terminal {
  const answer = hostShell({ hostShell: command } as unknown as Host, {
    action: 'host-shell',
    size: { columns: 91, rows: 33 },
  });
  if (answer.kind !== 'terminal') {
    throw new Error('no terminal');
  }
  return answer.terminal;
}

function closeNow(pty: Pty): void {
  pty.child.kill('SIGKILL');
  pty.close();
}

describe.runIf(process.platform === 'linux')('a host shell', () => {
  it('has a terminal of its own with a size that follows, and ends with its exit code', async () => {
    const terminal = open(['/bin/sh']);
    let seen = '';
    terminal.output.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const ended = once(terminal.output, 'end');
    const sees = async (text: string): Promise<void> => {
      while (!seen.includes(text)) {
        await setTimeout(10);
      }
    };
    terminal.input.write('stty size; tty\n');
    await sees('33 91');
    await sees('/dev/pts/');
    await terminal.resize({ columns: 100, rows: 40 });
    terminal.input.write('stty size; exit 7\n');
    await sees('40 100');
    await ended;
    expect(await terminal.exitCode()).toBe(7);
    await terminal.close();
  });

  it('that does not read what is typed holds nothing else up', async () => {
    // Node.js has four threads for files, so with four of them blocked nothing would be read or written any more.
    const command = ['/bin/sh', '-c', 'stty raw; sleep 60'] as const;
    const terminals = [1, 2, 3, 4].map(() => openPty(command, { columns: 80, rows: 24 }));
    try {
      for (const { input, output } of terminals) {
        output.resume();
        input.write(Buffer.alloc(200_000, 'x'));
      }
      await setTimeout(100);
      expect(terminals.every(({ input }) => input.writableLength > 0)).toBe(true);
      expect((await stat('/')).isDirectory()).toBe(true);
    } finally {
      terminals.forEach(closeNow);
    }
  });

  it('writes what its program has not read to nothing else, once it is left', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'pty-'));
    const terminal = openPty(['/bin/sh', '-c', 'stty raw; sleep 60'], { columns: 80, rows: 24 });
    try {
      terminal.output.resume();
      // More than a terminal holds, so that some of it still waits.
      terminal.input.write(Buffer.alloc(1_000_000, 'x'));
      await setTimeout(100);
      expect(terminal.input.writableLength).toBeGreaterThan(0);
      terminal.close();
      // The first of them has the number that the terminal had.
      const others = [1, 2, 3, 4].map((each) => openSync(path.join(directory, String(each)), 'w'));
      await setTimeout(100);
      expect(others.map((other) => fstatSync(other).size)).toEqual([0, 0, 0, 0]);
      others.forEach((other) => closeSync(other));
    } finally {
      closeNow(terminal);
      rmSync(directory, { recursive: true });
    }
  });

  it('is ended by leaving, and leaves no descriptor open', async () => {
    const leaveOne = async (): Promise<void> => {
      const terminal = open(['/bin/sh', '-c', 'trap "" HUP; sleep 60']);
      terminal.output.resume();
      await setTimeout(50);
      await terminal.close();
      await terminal.exitCode();
    };
    await leaveOne();
    const before = descriptors();
    await leaveOne();
    await setTimeout(50);
    expect(descriptors()).toBeLessThanOrEqual(before);
  });
});

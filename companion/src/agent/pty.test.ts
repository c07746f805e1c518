import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hostShell } from './actions/host-shell.js';
import type { Host, Terminal } from './handler.js';

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

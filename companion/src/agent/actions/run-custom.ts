import { setTimeout } from 'node:timers/promises';
import type { CustomResult } from '../../protocol/actions/custom.js';
import type { Answer, Host, Target } from '../handler.js';
import { valueAnswer } from '../handler.js';
import { exec } from './exec.js';

const OUTPUT_BYTES = 64 * 1024;
const ENDS_WITHIN_MS = 25_000;

/** Runs a command of the policy in the container and answers what it printed. It is ended after 25 s. */
export async function runCustom(host: Host, target: Target, command: [string, ...string[]]): Promise<Answer> {
  const answer = await exec(host, target, { action: 'exec', command, tty: false });
  if (answer.kind !== 'terminal') {
    throw new Error('exec answered no terminal');
  }
  const { terminal } = answer;
  const clock = new AbortController();
  try {
    terminal.input.end();
    const ended = collect(terminal.output);
    const late = setTimeout(ENDS_WITHIN_MS, 'late' as const, { signal: clock.signal }).catch(
      () => 'late' as const,
    );
    const result = await Promise.race([ended, late]);
    return valueAnswer(
      result === 'late'
        ? ({
            exitCode: null,
            output: 'It did not end in 25 s and was ended.',
            truncated: true,
          } satisfies CustomResult)
        : ({ ...result, exitCode: await terminal.exitCode() } satisfies CustomResult),
    );
  } finally {
    clock.abort();
    await terminal.close();
  }
}

/** Reads to the end and keeps the beginning. */
async function collect(output: NodeJS.ReadableStream): Promise<{ output: string; truncated: boolean }> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of output) {
    const buffer = Buffer.from(chunk);
    if (bytes < OUTPUT_BYTES) {
      kept.push(buffer.subarray(0, OUTPUT_BYTES - bytes));
    }
    bytes += buffer.length;
  }
  return { output: Buffer.concat(kept).toString(), truncated: bytes > OUTPUT_BYTES };
}

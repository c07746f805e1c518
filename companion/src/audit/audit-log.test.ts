import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../protocol/problems.js';
import { AuditLog, type Attempt } from './audit-log.js';
import { LineFile } from './line-file.js';

const ATTEMPT: Attempt = {
  id: 'a-1',
  user: 'alice',
  role: 'Admin',
  tier: 'admin',
  address: '192.0.2.1',
  forwardedFor: undefined,
  action: 'exec',
  host: 'web-1',
  container: 'f'.repeat(64),
  containerName: 'shop',
  request: { action: 'exec', command: ['mysql', '--password=x'] },
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audit-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const linesOf = async (path: string): Promise<Record<string, unknown>[]> =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the audit log', () => {
  it('has the line before the action, and another after it', async () => {
    const path = join(directory, 'audit.jsonl');
    await using file = await LineFile.open(path);
    const log = new AuditLog(file, () => new Date('2026-01-01T00:00:00Z'));

    const end = await log.started(ATTEMPT);
    expect(await linesOf(path)).toEqual([
      {
        time: '2026-01-01T00:00:00.000Z',
        id: 'a-1',
        user: 'alice',
        role: 'Admin',
        tier: 'admin',
        address: '192.0.2.1',
        action: 'exec',
        host: 'web-1',
        container: 'f'.repeat(64),
        containerName: 'shop',
        arguments: { command: ['mysql', '--password=***'] },
        outcome: 'started',
      },
    ]);

    await end({ outcome: 'done', bytes: 7, exitCode: 0 });
    expect((await linesOf(path))[1]).toMatchObject({ id: 'a-1', outcome: 'done', bytes: 7, exitCode: 0 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('has the code and the reason of what was refused', async () => {
    const path = join(directory, 'audit.jsonl');
    await using file = await LineFile.open(path);
    await new AuditLog(file).refused(ATTEMPT, new Problem('policy-refused', 'No rule.'));
    expect(await linesOf(path)).toMatchObject([
      { outcome: 'refused', code: 'policy-refused', reason: 'No rule.' },
    ]);
  });

  it('is not filled by the arguments of what is refused', async () => {
    const lines: string[] = [];
    const append = (line: string): Promise<void> => Promise.resolve(void lines.push(line));
    const request = { action: 'exec', command: ['sh', '-c', 'x'.repeat(60_000)] };
    const log = new AuditLog({ append });
    await log.refused({ ...ATTEMPT, request }, new Problem('policy-refused', 'No rule.'));
    expect(lines[0]?.length).toBeLessThan(4_000);
    expect(lines[0]).toContain('\\"sh\\",\\"-c\\",\\"xxx');
    await log.started({ ...ATTEMPT, request });
    expect(lines[1]).toContain('x'.repeat(60_000));
  });

  it('keeps every one of many lines that arrive at once, each whole', async () => {
    const path = join(directory, 'audit.jsonl');
    await using file = await LineFile.open(path);
    await Promise.all(Array.from({ length: 500 }, (_, n) => file.append(JSON.stringify({ n }))));
    expect((await linesOf(path)).map(({ n }) => n)).toEqual(Array.from({ length: 500 }, (_, n) => n));
  });

  it('says audit-failed when the disk is full, so that nothing is done', async () => {
    await using file = await LineFile.open('/dev/full');
    const log = new AuditLog(file);
    await expect(log.started(ATTEMPT)).rejects.toMatchObject({ code: 'audit-failed', status: 503 });
    expect(log.isWritable).toBe(false);
  });

  it('goes on in a new file after a rotation', async () => {
    const path = join(directory, 'audit.jsonl');
    await using file = await LineFile.open(path);
    await file.append('{"n":1}');
    await rename(path, `${path}.1`);
    await file.reopen();
    await file.append('{"n":2}');
    expect(await linesOf(`${path}.1`)).toEqual([{ n: 1 }]);
    expect(await linesOf(path)).toEqual([{ n: 2 }]);
  });
});

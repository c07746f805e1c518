import { describe, expect, it } from 'vitest';
import { createLog, type LogFormat } from './log.js';

function lineOf(format: LogFormat, write: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  write(createLog('info', format, { write: (line) => (text += line) }));
  return text;
}

describe('createLog', () => {
  it('writes JSON', () => {
    const line = lineOf('json', (log) => log.info({ collector: 'host' }, 'hello'));
    expect(JSON.parse(line)).toMatchObject({ level: 'info', collector: 'host', msg: 'hello' });
  });

  it('writes logfmt, quoted where needed', () => {
    const line = lineOf('logfmt', (log) => log.warn({ collector: 'host', list: [1] }, 'a "quoted"\nline'));
    expect(line).toMatch(/^time=\S+Z level=warn msg="a \\"quoted\\"\\nline" collector=host list=\[1\]\n$/);
  });

  it('writes an error as its message', () => {
    const line = lineOf('logfmt', (log) => log.error({ err: new Error('no way') }, 'failed'));
    expect(line).toMatch(/level=error msg=failed err="no way"\n$/);
  });

  it('writes text for people', () => {
    expect(lineOf('text', (log) => log.info({ a: 1 }, 'hello'))).toMatch(/^\d\d:\d\d:\d\d INFO {2}hello\n$/);
  });

  it('leaves out what is below the level', () => {
    expect(lineOf('json', (log) => log.debug('quiet'))).toBe('');
  });
});

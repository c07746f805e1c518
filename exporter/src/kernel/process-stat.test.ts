import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKernelThread, parseProcessStat } from './process-stat.js';

/** Taken from a shell on Linux 6.18, numbers altered so that each can be told from the others. */
const LINE =
  '812 (bash) S 811 812 813 34816 900 4194304 1201 2202 3 4 15 26 37 48 20 0 5 0 6018 7340032 1042 18446744073709551615 1 2 3 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0';

describe('parseProcessStat', () => {
  it('takes each number from its field', () => {
    expect(parseProcessStat(Buffer.from(LINE))).toEqual({
      name: 'bash',
      state: 'S',
      ppid: 811,
      flags: 4194304,
      userTicks: 15,
      systemTicks: 26,
      threads: 5,
      startTicks: 6018,
      residentPages: 1042,
    });
  });

  it.each([
    ['spaces', 'tmux: server'],
    ['brackets', 'a) S 1 (b'],
    ['a newline', 'a\nb'],
    ['nothing', ''],
  ])('takes a name with %s whole', (_case, name) => {
    const stat = parseProcessStat(Buffer.from(LINE.replace('(bash)', `(${name})`)));
    expect(stat).toMatchObject({ name, ppid: 811, residentPages: 1042 });
  });

  it('replaces what is not UTF-8 in a name', () => {
    const bytes = Buffer.concat([Buffer.from('1 (a'), Buffer.from([0xff, 0xfe]), Buffer.from(LINE.slice(9))]);
    expect(parseProcessStat(bytes)?.name).toBe('a\ufffd\ufffd');
  });

  it('reads the session’s terminal group of a process without one, which is negative', () => {
    expect(parseProcessStat(Buffer.from(LINE.replace(' 900 ', ' -1 ')))).toMatchObject({ flags: 4194304 });
  });

  it.each([
    ['nothing', ''],
    ['a line without a name', '812 bash S 811'],
    ['a line cut in the middle', LINE.slice(0, 60)],
    ['a word among the numbers', LINE.replace(' 26 ', ' x ')],
  ])('refuses %s', (_case, line) => {
    expect(parseProcessStat(Buffer.from(line))).toBeUndefined();
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        parseProcessStat(Buffer.from(bytes));
      }),
    );
  });

  it('reads back any name and any numbers', () => {
    const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 15 }),
        fc.array(number, { minLength: 30, maxLength: 52 }),
        (name, numbers) => {
          const stat = parseProcessStat(Buffer.from(`1 (${name}) R ${numbers.join(' ')}`));
          expect(stat).toMatchObject({
            name,
            ppid: numbers[0],
            userTicks: numbers[10],
            residentPages: numbers[20],
          });
        },
      ),
    );
  });
});

describe('isKernelThread', () => {
  it.each([
    ['a kernel thread', 0x00208040, true],
    ['a process', 0x00400100, false],
  ])('tells %s', (_case, flags, expected) => {
    const stat = parseProcessStat(Buffer.from(LINE.replace('4194304', String(flags))));
    expect(stat && isKernelThread(stat)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { CompanionError } from './companion-error';
import { testCompanion } from './companion-health';

const host = { name: 'web-1', connectedAt: '2026-01-02T03:04:05Z', allows: [] };

describe('Save & test of the companion', () => {
  it.each([
    ['nothing where there is none', undefined, { status: 'success', message: '' }],
    [
      'how many hosts are connected',
      [host],
      { status: 'success', message: 'The companion answers for 1 host.' },
    ],
    [
      'that none is connected',
      [],
      { status: 'success', message: 'The companion answers, but no host’s agent is connected to it.' },
    ],
    [
      'why it does not answer',
      new CompanionError('The token is wrong.'),
      { status: 'error', message: 'The companion: The token is wrong.' },
    ],
  ])('says %s', async (_, answer, diagnosis) => {
    const companion =
      answer === undefined
        ? undefined
        : { hosts: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)) };
    expect(await testCompanion(companion)).toEqual(diagnosis);
  });
});

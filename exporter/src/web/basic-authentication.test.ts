import * as bcrypt from 'bcryptjs';
import { describe, expect, it, vi } from 'vitest';
import { createAuthenticate } from './basic-authentication.js';

const { hashSync } = bcrypt;

vi.mock('bcryptjs', { spy: true });
const compare = vi.mocked(bcrypt.compare);

const users = new Map([
  ['anna', hashSync('secret', 4)],
  ['bert', hashSync('a:b:ü', 4).replace(/^\$2b/, '$2y')],
]);

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('createAuthenticate', () => {
  it('admits everybody when there are no users', async () => {
    expect(await createAuthenticate(() => new Map())(undefined)).toBe('admitted');
  });

  it.each([
    ['the right password', basic('anna', 'secret'), 'admitted'],
    ['a scheme in small letters', basic('anna', 'secret').replace('Basic', 'basic'), 'admitted'],
    ['a password with colons and umlauts, against a hash of htpasswd', basic('bert', 'a:b:ü'), 'admitted'],
    ['a wrong password', basic('anna', 'Secret'), 'refused'],
    ['an empty password', basic('anna', ''), 'refused'],
    ['another user’s password', basic('anna', 'a:b:ü'), 'refused'],
    ['an unknown user with the first user’s password', basic('carl', 'secret'), 'refused'],
    ['no header', undefined, 'refused'],
    ['another scheme', 'Bearer abc', 'refused'],
    ['no colon', `Basic ${Buffer.from('anna').toString('base64')}`, 'refused'],
    ['no base64', 'Basic %%%', 'refused'],
  ])('decides on %s', async (_case, header, verdict) => {
    expect(await createAuthenticate(() => users)(header)).toBe(verdict);
  });

  it('computes a right password once, a wrong one each time', async () => {
    const authenticate = createAuthenticate(() => users);
    compare.mockClear();
    for (let time = 0; time < 3; time++) {
      await authenticate(basic('anna', 'secret'));
      await authenticate(basic('anna', 'wrong'));
    }
    expect(compare).toHaveBeenCalledTimes(4);
  });

  it('does as much work for a stranger as for a user', async () => {
    compare.mockClear();
    await createAuthenticate(() => users)(basic('carl', 'x'));
    expect(compare).toHaveBeenCalledWith('x', users.get('anna'));
  });

  it('forgets a remembered password when the user’s hash changes', async () => {
    const current = new Map(users);
    const authenticate = createAuthenticate(() => current);
    expect(await authenticate(basic('anna', 'secret'))).toBe('admitted');
    current.set('anna', hashSync('other', 4));
    expect(await authenticate(basic('anna', 'secret'))).toBe('refused');
    expect(await authenticate(basic('anna', 'other'))).toBe('admitted');
  });

  it('turns away the seventeenth that waits, and serves the others', async () => {
    const authenticate = createAuthenticate(() => users);
    const verdicts = await Promise.all(
      Array.from({ length: 17 }, (_, index) => authenticate(basic('anna', `wrong ${index}`))),
    );
    expect(verdicts.filter((verdict) => verdict === 'refused')).toHaveLength(16);
    expect(verdicts.filter((verdict) => verdict === 'busy')).toHaveLength(1);
    expect(await authenticate(basic('anna', 'secret'))).toBe('admitted');
  });
});

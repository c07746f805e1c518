import { describe, expect, it } from 'vitest';
import { maskSecrets } from './mask-secrets.js';

describe('maskSecrets', () => {
  it.each([
    ['nothing secret', ['nginx', '-g', 'daemon off;'], 'nginx -g daemon off;'],
    ['an option with =', ['app', '--password=hunter2', 'x'], 'app --password=*** x'],
    ['an option and its value', ['app', '--db-password', 'hunter2', 'x'], 'app --db-password *** x'],
    ['a switch named like a secret', ['app', '--auth', '--verbose'], 'app --auth --verbose'],
    ['a token', ['app', '--api-key=abc', '--apikey', 'abc'], 'app --api-key=*** --apikey ***'],
    ['a variable', ['env', 'AWS_SECRET_ACCESS_KEY=abc', 'app'], 'env AWS_SECRET_ACCESS_KEY=*** app'],
    ['a header', ['curl', '-H', 'Authorization: Bearer abc'], 'curl -H Authorization: ***'],
    ['a password in a URL', ['psql', 'postgres://anna:s3cr3t@db/app'], 'psql postgres://anna:***@db/app'],
    ['a URL without one', ['curl', 'http://db:5432/x@y'], 'curl http://db:5432/x@y'],
    [
      'a name that only begins so',
      ['app', '--passenger=4', '--tokens-per-second=4'],
      'app --passenger=4 --tokens-per-second=***',
    ],
    ['no arguments', [''], ''],
  ])('writes %s', (_case, args, line) => {
    expect(maskSecrets(args)).toBe(line);
  });

  it('cuts what is longer than a label should be', () => {
    expect(maskSecrets(['x'.repeat(10_000)])).toHaveLength(513);
  });
});

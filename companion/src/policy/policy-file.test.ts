import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePolicy, PolicyFile } from './policy-file.js';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'policy-'));
  path = join(directory, 'policy.yaml');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a policy file', () => {
  it.each([
    ['an unknown field', 'rulez: []', 'rulez'],
    [
      'an unknown action',
      'rules: [{ allow: [exec, fly] }]',
      'there is no fly; it must be "*" or a list of some of list, inspect, top',
    ],
    [
      "an icon that is none of Grafana's",
      'actions: [{ name: a, label: A, icon: nosuchicon, command: [x], tier: admin }]',
      "nosuchicon is none of Grafana's icons, such as play",
    ],
    ['a rule that says nothing', 'rules: [{ role: Admin }]', 'either allow or deny'],
    ['a rule that says both', 'rules: [{ allow: [exec], deny: [exec] }]', 'either allow or deny'],
    ['an unknown role', 'rules: [{ allow: [exec], role: Root }]', 'role'],
    [
      'two custom actions of one name',
      `actions: [${'{ name: a, label: A, command: [x], tier: admin }, '.repeat(2)}]`,
      'same name',
    ],
    ['a custom action for Viewers', 'actions: [{ name: a, label: A, command: [x], tier: view }]', 'tier'],
    [
      'objects and hosts in one rule',
      'rules: [{ allow: [scale], hosts: [a], objects: {} }]',
      'it would never hold',
    ],
    ['a kind of object that is none', 'rules: [{ allow: "*", objects: { kinds: [secret] } }]', 'kinds'],
    ['an empty pattern', 'rules: [{ allow: [exec], users: [""] }]', 'users'],
    ['what is not YAML', 'rules: [', 'not YAML'],
    ['what is too deep', '['.repeat(100_000), 'not YAML'],
    ['a tag that would make an object', 'rules: !!js/function "() => 1"', 'rules'],
    ['a key twice, of which one would win', 'rules: []\nrules: [{ allow: "*" }]', 'not YAML'],
    ['a prototype', '__proto__: { defaults: true }', 'not valid'],
    ['aliases that blow up', 'a: &a [1]\nb: [*a, *a]', 'not YAML'],
  ])('is refused with %s', (_, text, message) => {
    expect(() => parsePolicy(text, 'p.yaml')).toThrow(message);
  });

  it('that is empty means the defaults', () => {
    expect(parsePolicy('', 'p.yaml')).toEqual({ defaults: true, rules: [], actions: [] });
  });

  it('takes effect when it changes, and keeps the old one while the new one is wrong', async () => {
    await writeFile(path, 'rules: []');
    using file = new PolicyFile(path, 'rules: []');
    expect(await file.reload()).toBe(false);

    await writeFile(path, 'rules: [{ allow: [exec] }]');
    expect(await file.reload()).toBe(true);
    expect(file.current.rules).toHaveLength(1);

    await writeFile(path, 'rules: nonsense');
    expect(await file.reload()).toBe(true);
    expect(file.problem).toContain('not valid');
    expect(file.current.rules).toHaveLength(1);

    await rm(path);
    await file.reload();
    expect(file.problem).toContain('ENOENT');
    expect(file.current.rules).toHaveLength(1);

    await writeFile(path, 'rules: nonsense');
    await file.reload();
    expect(file.problem).toContain('not valid');

    await writeFile(path, 'rules: [{ allow: [exec] }, { allow: [stop] }]');
    await file.reload();
    expect(file.problem).toBeUndefined();
    expect(file.current.rules).toHaveLength(2);
  });

  it('that is being written takes effect when it is whole', async () => {
    await writeFile(path, 'rules: [{ allow: [exec] }]');
    using file = new PolicyFile(path, 'rules: [{ allow: [exec] }]');
    await writeFile(path, 'defaults: true\n');
    const reloaded = file.reload();
    await writeFile(path, 'defaults: true\nrules: [{ deny: "*" }]\n');
    expect(await reloaded).toBe(true);
    expect(file.current.rules).toMatchObject([{ deny: '*' }]);
  });

  it('must be valid at the start', () => {
    expect(() => new PolicyFile(path, 'rules: nonsense')).toThrow('not valid');
  });
});

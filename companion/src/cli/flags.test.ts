import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { addConnectionFlags } from './connection.js';
import { addHostFlags, dropUnset } from './flags.js';
import { addGatewayFlags } from './gateway-flags.js';

const folder = mkdtempSync(path.join(tmpdir(), 'toposcope-flags-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

function file(name: string, content: string): string {
  const where = path.join(folder, name);
  writeFileSync(where, content);
  return where;
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('x25519');
const join = file('join.token', `${'j'.repeat(43)}\n`);
const publicFile = file('gateway.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString());
const privateFile = file('gateway.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const otherFile = file('other.key', other.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const hosts = file('hosts', `# per host\nweb-1 ${'a'.repeat(32)}\nweb-2 ${'b'.repeat(32)}\n`);
const empty = file('empty', '');
const directory = path.join(folder, 'directory');
mkdirSync(directory);
const gone = path.join(folder, 'gone');

const COMMANDS = {
  agent: () => addHostFlags(addConnectionFlags(new Command('agent'))),
  gateway: () => addGatewayFlags(new Command('gateway')),
};
const NEEDED = {
  agent: ['--gateway', 'https://gateway:1', '--join.token-file', join, '--gateway.key-file', publicFile],
  gateway: ['--token.view-file', join, '--token.operate-file', join, '--token.admin-file', join],
};
type Name = keyof typeof COMMANDS;

/** What the command line and the environment mean. */
function read(name: Name, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  for (const [variable, value] of Object.entries(environment)) {
    vi.stubEnv(variable, value);
  }
  const command = COMMANDS[name]()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  dropUnset(command.options, process.env);
  // What comes later wins.
  return command.parse([...NEEDED[name], ...args], { from: 'user' }).opts();
}

describe('the settings of the companion', () => {
  it('are what is in the files that they name', () => {
    expect(read('agent', [])).toMatchObject({
      gateway: 'https://gateway:1',
      'join.tokenFile': 'j'.repeat(43),
      'hostShell.command': ['/bin/sh', '-l'],
    });
    const given = read('gateway', ['--agents.token-file', hosts, '--gateway.key-file', privateFile], {
      TOPOSCOPE_COMPANION_GRAFANA_URL: 'http://grafana:3000/',
      TOPOSCOPE_COMPANION_GRAFANA_ORGANISATIONS: '1, 4',
    });
    expect(given).toMatchObject({ 'grafana.url': 'http://grafana:3000/', 'grafana.organisations': [1, 4] });
    expect(given).toHaveProperty(['gateway.keyFile', 'asymmetricKeyType'], 'ed25519');
  });

  it.each<[string, Name, string, string, string]>([
    ['a word for a URL', 'agent', '--gateway', 'foo', 'like https://gateway.example:10421.'],
    [
      'a host without a scheme',
      'agent',
      '--gateway',
      'localhost:10421',
      'like https://gateway.example:10421.',
    ],
    ['a scheme without a host', 'agent', '--gateway', 'https://', 'like https://gateway.example:10421.'],
    ['a word for Grafana', 'gateway', '--grafana.url', 'grafana', 'like https://grafana.example/.'],
    [
      'a word for its keys',
      'gateway',
      '--grafana.jwks-url',
      '/keys',
      'like https://grafana.example/api/signing',
    ],
    ['a word for S3', 'gateway', '--export.endpoint', 's3', 'like https://s3.example.'],
    ['a name for an organisation', 'gateway', '--grafana.organisations', '1,Main', 'such as 1,4.'],
    ['an exporter without a port', 'agent', '--exporter.address', 'web-1', 'such as web-1.example:10420.'],
    ['a token that is missing', 'agent', '--join.token-file', gone, 'not exist: copy it from the gateway'],
    ['a token in a missing folder', 'agent', '--join.token-file', `${join}/x`, 'not exist: copy it from the'],
    [
      'an empty token',
      'agent',
      '--join.token-file',
      empty,
      'one token of at least 32 characters: make it with',
    ],
    ['the tokens of all hosts for one', 'agent', '--join.token-file', hosts, 'hold one token of at least 32'],
    ['a directory for a token', 'gateway', '--token.view-file', directory, 'It is a directory'],
    [
      'no token of a tier',
      'gateway',
      '--token.admin-file',
      gone,
      'make it with "toposcope-companion keygen"',
    ],
    ['no tokens for agents', 'gateway', '--agents.token-file', empty, 'no agent could connect'],
    [
      'the public key for the private',
      'gateway',
      '--gateway.key-file',
      publicFile,
      'the gateway.key of keygen',
    ],
    [
      'the private key for the public',
      'agent',
      '--gateway.key-file',
      privateFile,
      'the gateway.pub of keygen',
    ],
    ['a key of another kind', 'gateway', '--gateway.key-file', otherFile, 'an Ed25519 private key'],
    ['no key', 'gateway', '--gateway.key-file', gone, 'It does not exist: make it with "toposcope-companion'],
    ['a token for a certificate', 'gateway', '--web.tls-cert-file', join, 'a certificate in PEM'],
    ['a public key for a private', 'agent', '--tls.key-file', publicFile, 'asks for no passphrase'],
    ['no authority', 'agent', '--tls.ca-file', gone, 'leave it out for the usual authorities'],
    [
      'no policy',
      'gateway',
      '--policy.file',
      gone,
      'It does not exist: write it (docs/security.md), or leave it',
    ],
    ['a policy of another kind', 'gateway', '--policy.file', join, 'is not valid'],
    ['no folder for recordings', 'gateway', '--audit.record', gone, 'It does not exist: make the directory'],
    ['a file for recordings', 'gateway', '--audit.record', join, 'has to be a directory'],
  ])('say of %s the flag or the variable, the value, and what to do', (_case, name, flag, value, words) => {
    const before = NEEDED[name].indexOf(flag);
    expect(() => read(name, [flag, value])).toThrow(
      new RegExp(`^error: option '${flag} <.+>' argument '${value}' is invalid\\. .*${escape(words)}`, 's'),
    );
    if (before < 0) {
      const variable = `TOPOSCOPE_COMPANION_${flag.slice(2).replaceAll(/[.-]/g, '_').toUpperCase()}`;
      expect(() => read(name, [], { [variable]: value })).toThrow(
        new RegExp(`^error: option '${flag} <.+>' value '${value}' from env '${variable}' is invalid\\. `),
      );
    }
  });
});

describe('variables', () => {
  const options = () => COMMANDS.gateway().options;

  it('that are empty are as good as none', () => {
    const empty = { TOPOSCOPE_COMPANION_POLICY_FILE: '', TOPOSCOPE_COMPANION_READ_ONLY: '', OTHER: '' };
    dropUnset(options(), empty);
    expect(empty).toEqual({ OTHER: '' });
  });

  it.each(['false', 'False', '0', 'no'])('turn no switch on that say %s', (value) => {
    expect(read('agent', [], { TOPOSCOPE_COMPANION_INSECURE: value })).not.toHaveProperty('insecure');
  });

  it.each(['true', '1', 'yes'])('turn a switch on that say %s', (value) => {
    expect(read('agent', [], { TOPOSCOPE_COMPANION_INSECURE: value })).toMatchObject({ insecure: true });
  });

  it('that say neither of a switch are refused', () => {
    expect(() => read('agent', [], { TOPOSCOPE_COMPANION_INSECURE: 'maybe' })).toThrow(
      "error: option '--insecure' value 'maybe' from env 'TOPOSCOPE_COMPANION_INSECURE' is invalid. It must be true",
    );
  });
});

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

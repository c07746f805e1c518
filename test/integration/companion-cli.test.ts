import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority } from '../engines/certificates.js';
import { until } from '../engines/companion.js';
import { freePort } from '../engines/free-port.js';
import { serveGrafanaKeys, type GrafanaKeys } from '../engines/grafana-keys.js';
import { startPrometheus } from '../engines/prometheus.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const MAIN = path.join(ROOT, 'companion/dist/main.js');
let folder: string;
let port: number;
let url: string;
let grafana: GrafanaKeys;
/** What stands in for one. */
let exporter: Server;
const children: ChildProcess[] = [];

beforeAll(async () => {
  execFileSync('npx', ['tsc', '-b', 'companion'], { cwd: ROOT, stdio: 'ignore' });
  folder = await mkdtemp(path.join(tmpdir(), 'companion-cli-'));
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
  execFileSync(process.execPath, [MAIN, 'keygen', folder], { stdio: 'ignore' });
  const authority = Authority.create();
  await writeFile(file('tls.crt'), authority.cert, { mode: 0o600 });
  authority.remove();
  grafana = await serveGrafanaKeys();
  exporter = createServer((_, response) => response.end('seen_by_discovery 1\n'));
  exporter.listen(0, '127.0.0.1');
  await once(exporter, 'listening');
});
afterAll(async () => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
  grafana.close();
  exporter.close();
  await rm(folder, { recursive: true, force: true });
});

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, '--log.level', 'warn', ...args], {
    cwd: folder,
    stdio: 'inherit',
  });
  children.push(child);
  return child;
}

const file = (name: string): string => path.join(folder, name);
const gatewayFlags = (): string[] => [
  ...['--web.listen-address', `127.0.0.1:${port}`, '--grafana.url', grafana.url],
  ...['--token.view-file', file('view.token'), '--token.operate-file', file('operate.token')],
  ...['--token.admin-file', file('admin.token'), '--gateway.key-file', file('gateway.key')],
  ...['--agents.token-file', file('join.token'), '--audit.file', file('audit.jsonl')],
];
const exporterAddress = (): string => `127.0.0.1:${(exporter.address() as AddressInfo).port}`;
const agentFlags = (name: string): string[] => [
  ...['--gateway', url, '--join.token-file', file('join.token'), '--gateway.key-file', file('gateway.pub')],
  ...['--host.name', name, '--exporter.address', exporterAddress()],
];
const answers = async (): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

async function ask(target: string): Promise<Response> {
  const identity = await grafana.sign('alice', 'Viewer');
  const token = (await readFile(file('view.token'), 'utf8')).trim();
  return fetch(`${url}/view/v1${target}`, {
    headers: { 'x-toposcope-token': token, 'x-grafana-id': identity },
  });
}

describe('the command', () => {
  it('makes secrets that only their owner can read, and never overwrites one', async () => {
    for (const name of await readdir(folder)) {
      expect((await stat(file(name))).mode & 0o777, name).toBe(0o600);
    }
    expect(() => execFileSync(process.execPath, [MAIN, 'keygen', folder], { stdio: 'pipe' })).toThrow(
      'has view.token, operate.token, admin.token, join.token, gateway.key, gateway.pub already, and nothing is',
    );
  });

  it.each<[string, string[], string]>([
    [
      'a gateway without a key',
      [
        'gateway',
        '--token.view-file',
        'view.token',
        '--token.operate-file',
        'operate.token',
        '--token.admin-file',
        'admin.token',
      ],
      'keygen',
    ],
    [
      'a gateway whose tiers have one token',
      [
        'gateway',
        '--local',
        '--identity',
        'header',
        '--token.view-file',
        'view.token',
        '--token.operate-file',
        'view.token',
        '--token.admin-file',
        'admin.token',
      ],
      'same token',
    ],
    [
      'an agent that would send its token in clear text',
      [
        'agent',
        '--gateway',
        'http://gateway.example:1',
        '--join.token-file',
        'join.token',
        '--gateway.key-file',
        'gateway.pub',
      ],
      'clear text',
    ],
    [
      'an action that is none',
      [
        'agent',
        '--gateway',
        'https://x',
        '--join.token-file',
        'join.token',
        '--gateway.key-file',
        'gateway.pub',
        '--allow',
        'everything',
      ],
      'no action',
    ],
    [
      "the public key where the gateway's own belongs",
      ['gateway', '--gateway.key-file', 'gateway.pub'],
      "error: option '--gateway.key-file <path>' argument 'gateway.pub' is invalid. It has to hold an Ed25519 private",
    ],
    [
      'an audit log in a folder that is not there',
      [
        'gateway',
        '--token.view-file',
        'view.token',
        '--token.operate-file',
        'operate.token',
        '--token.admin-file',
        'admin.token',
        '--audit.file',
        'gone/audit.jsonl',
      ],
      '--audit.file (TOPOSCOPE_COMPANION_AUDIT_FILE) is gone/audit.jsonl. It does not exist: make the directory',
    ],
    [
      'a certificate and the key of another',
      [
        'agent',
        '--gateway',
        'https://x',
        '--join.token-file',
        'join.token',
        '--gateway.key-file',
        'gateway.pub',
        '--tls.cert-file',
        'tls.crt',
        '--tls.key-file',
        'gateway.key',
      ],
      "The key is not the certificate's: --tls.cert-file and --tls.key-file have to name a pair.",
    ],
    [
      'secrets where nobody can make a directory',
      ['keygen', '/proc/secrets'],
      '/proc/secrets cannot be made',
    ],
  ])('does not begin with %s', (_, args, message) => {
    expect(() =>
      execFileSync(process.execPath, [MAIN, ...args], { cwd: folder, stdio: 'pipe', timeout: 60_000 }),
    ).toThrow(message);
  });

  it('runs a gateway and an agent, whose exporter a real Prometheus finds and loses', async () => {
    await writeFile(file('policy.yaml'), 'rules: []');
    const gateway = start('gateway', ...gatewayFlags(), '--policy.file', file('policy.yaml'));
    await until('the gateway answers', answers);
    const prometheus = await startPrometheus([], 'found', `${url}/sd`);
    try {
      const agent = start('agent', ...agentFlags('cli-host'));
      await until('the host is there', async () => (await (await ask('/hosts')).text()).includes('cli-host'));
      const seen = async (): Promise<number> => (await prometheus.query('seen_by_discovery')).length;
      await until('Prometheus scrapes it', async () => (await seen()) === 1, 30_000);
      expect((await ask('/hosts/cli-host/containers')).status).toBe(200);

      agent.kill('SIGTERM');
      const [code] = (await once(agent, 'exit')) as [number | null];
      expect(code).toBe(0);
      await until('Prometheus has lost it', async () => (await seen()) === 0, 30_000);

      await writeFile(file('policy.yaml'), 'rules: nonsense');
      await until('the policy is complained about', async () =>
        (await (await fetch(`${url}/healthz`)).text()).includes('an older one is kept'),
      );
      await writeFile(file('policy.yaml'), 'defaults: false');
      await until('the policy is in force', async () =>
        (await (await fetch(`${url}/healthz`)).text()).includes('"in force"'),
      );
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('toposcope_companion_policy_valid 1');

      await rm(file('audit.jsonl'));
      gateway.kill('SIGHUP');
      await until('the audit log is a new file', async () => {
        await ask('/hosts/none/containers');
        return (await readFile(file('audit.jsonl'), 'utf8').catch(() => '')).includes('host-unknown');
      });
    } finally {
      await prometheus.stop();
    }
    gateway.kill('SIGTERM');
    const [code] = (await once(gateway, 'exit')) as [number | null];
    expect(code).toBe(0);
  });

  it('runs both in one process with --local', async () => {
    const own = await freePort();
    const flags = gatewayFlags().filter((word, index, all) => {
      const name = word.startsWith('--') ? word : (all[index - 1] ?? '');
      return !['--agents.token-file', '--gateway.key-file', '--web.listen-address'].includes(name);
    });
    const gateway = start(
      'gateway',
      ...flags,
      '--local',
      '--host.name',
      'here',
      '--web.listen-address',
      `127.0.0.1:${own}`,
    );
    url = `http://127.0.0.1:${own}`;
    await until('it answers', answers);
    expect(await (await ask('/hosts')).json()).toMatchObject({ hosts: [{ name: 'here' }] });
    expect((await ask('/hosts/here/containers')).status).toBe(200);
    gateway.kill('SIGTERM');
    await once(gateway, 'exit');
  });
});

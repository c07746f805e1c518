import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role, Tier } from '../../companion/src/protocol/tiers.js';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { Authority } from '../engines/certificates.js';
import { until } from '../engines/companion.js';
import { freePort } from '../engines/free-port.js';
import { serveGrafanaKeys, type GrafanaKeys } from '../engines/grafana-keys.js';
import { deleteNamespace, run } from '../engines/network-namespaces.js';
import { TerminalClient, type TerminalGateway } from '../engines/terminal-client.js';
import { tiedCommand } from '../engines/tied-command.js';
import { Lan, VirtualHost } from '../engines/virtual-host.js';

const NGINX = '/usr/sbin/nginx';
const canRun = process.getuid?.() === 0 && [NGINX, '/usr/sbin/dockerd'].every((file) => existsSync(file));
const MAIN = path.resolve(import.meta.dirname, '../../companion/dist/main.js');
const IMAGE = 'toposcope-test-companion-hosts';
const HOSTS = ['amber', 'beryl', 'coral'] as const;
type HostName = (typeof HOSTS)[number];
const SUBNET = 41;
const PORT = 10421;
/** Behind it, each agent finds both gateways. */
const NAME = 'gateways.example';
/** Three heartbeats of ten seconds, and what a busy machine adds. */
const THREE_HEARTBEATS_MS = 38_000;
/** What a call may take at most before the gateway gives it up, and the same again. */
const CALL_MS = 38_000;
/** Gateways have much to say about networks that are cut. */
const WORDS = process.env.TOPOSCOPE_TEST_LOG === undefined ? 'ignore' : 'inherit';
const ROLES: Readonly<Record<Tier, Role>> = { view: 'Viewer', operate: 'Editor', admin: 'Admin' };

/** One gateway of the built companion, in a network namespace of its own. */
interface Gateway {
  readonly namespace: string;
  readonly address: string;
  readonly auditFile: string;
  process?: ChildProcess;
}

/** Somebody whose address nginx sends to one of the gateways. */
type Client = TerminalGateway & { readonly from: string };

/**
 * Three hosts with an engine and an agent each, two gateways that the agents dial with mutual TLS, and an nginx with
 * `ip_hash` before them. Networks are cut, and gateways and agents killed, for real.
 */
describe.skipIf(!canRun)('three hosts and two gateways (needs root, dockerd and nginx)', () => {
  const hosts = new Map<HostName, VirtualHost>();
  const agents = new Map<HostName, () => Promise<void>>();
  const containers = new Map<HostName, string>();
  const authority = Authority.create();
  const opened: TerminalClient[] = [];
  let lan: Lan;
  let folder: string;
  let grafana: GrafanaKeys;
  let nginx: ChildProcess;
  let nginxPort: number;
  let gateways: readonly [Gateway, Gateway];
  /** Whose requests nginx sends to the first gateway, and whose to the second. */
  let clients: readonly [Client, Client];

  const file = (name: string): string => path.join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'companion-hosts-'));
    lan = Lan.create(SUBNET);
    grafana = await serveGrafanaKeys(lan.address(254));
    execFileSync(process.execPath, [MAIN, 'keygen', file('secrets')], { stdio: 'ignore' });
    await writeFile(file('policy.yaml'), "rules: [{ allow: '*' }]");
    await writeFile(file('hosts'), [11, 12].map((number) => `${lan.address(number)} ${NAME}\n`).join(''));
    gateways = [prepareGateway('first', 11), prepareGateway('second', 12)];
    gateways.forEach(startGateway);
    await startNginx();
    await Promise.all(HOSTS.map(startHost));
    await until('both gateways know all hosts', () => bothKnow(3), 60_000);
    clients = [await clientOf(gateways[0]), await clientOf(gateways[1])];
  });

  afterAll(async () => {
    opened.forEach((terminal) => terminal.close());
    nginx.kill('SIGKILL');
    await Promise.all([...hosts.values()].map((host) => host.stop()));
    gateways.forEach(({ namespace }) => deleteNamespace(namespace));
    lan.delete();
    grafana.close();
    authority.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('each gateway serves every host, as the engines of the hosts tell', async () => {
    for (const client of clients) {
      await servesAll(client);
    }
  });

  it('a network that is cut takes its host from both within three heartbeats, and nothing else', async () => {
    const [first, second] = clients;
    const cut = await openTerminal(first, 'amber');
    const running = [await openTerminal(first, 'beryl'), await openTerminal(second, 'coral')];
    const followed = await ask(second, 'view', `${pathOf('amber')}/logs?follow=true`);
    const brokenOff = expect(text(followed)).rejects.toThrow('aborted');

    lan.plug(1, false);
    try {
      const asked = ask(first, 'view', pathOf('amber')).then(({ statusCode }) => statusCode);
      await echoes(running);
      await Promise.all([
        until('no gateway knows it any more', () => bothKnow(2), THREE_HEARTBEATS_MS),
        cut.ended(THREE_HEARTBEATS_MS),
        brokenOff,
      ]);
      expect(cut.last).toMatchObject({ type: 'problem', problem: { code: 'agent-lost' } });
      expect([502, 504]).toContain(await asked);
      expect((await ask(first, 'view', pathOf('amber'))).statusCode).toBe(404);
      await echoes(running);
    } finally {
      lan.plug(1, true);
    }
    await until('it is back', () => bothKnow(3), 60_000);
    await servesAll(first);
  });

  it('a gateway that is killed leaves the other one with every host, every user and its terminals', async () => {
    const [first, second] = clients;
    const dying = await openTerminal(first, 'beryl');
    const running = await openTerminal(second, 'beryl');
    await kill(gateways[0].process);
    try {
      await dying.ended();
      await echoes([running]);
      await servesAll(first);
      await servesAll(second);
    } finally {
      startGateway(gateways[0]);
    }
    await until('the agents are back', () => bothKnow(3), 60_000);
  });

  it('an agent that is killed is gone at once, comes back, and ends what its terminals have left', async () => {
    const [first, second] = clients;
    const [dying, running] = [await openTerminal(first, 'coral'), await openTerminal(first, 'beryl')];
    await agents.get('coral')?.();
    try {
      await until('no gateway knows it any more', () => bothKnow(2), THREE_HEARTBEATS_MS);
      await dying.ended();
      expect(dying.last).toMatchObject({ type: 'problem', problem: { code: 'agent-lost' } });
      await echoes([running]);
      expect((await ask(second, 'view', pathOf('coral'))).statusCode).toBe(404);
      // Those of earlier terminals may still be ending.
      expect(await shellsOn('coral')).toBeGreaterThan(0);
    } finally {
      startAgent('coral');
    }
    await until('it is back', () => bothKnow(3), 60_000);
    await servesAll(second);
    await until('what was left has ended', async () => (await shellsOn('coral')) === 0);
  });

  function prepareGateway(name: string, number: number): Gateway {
    const namespace = `toposcope-gateway-${name}`;
    deleteNamespace(namespace);
    run('ip', 'netns', 'add', namespace);
    lan.join(namespace, number);
    return { namespace, address: lan.address(number), auditFile: file(`${name}.jsonl`) };
  }

  function startGateway(gateway: Gateway): void {
    const { namespace, address, auditFile } = gateway;
    const { certFile, keyFile } = authority.sign('gateway', `DNS:${NAME}`);
    const secret = (name: string): string => path.join(file('secrets'), name);
    gateway.process = spawn(
      ...tiedCommand('ip', [
        ...['netns', 'exec', namespace, process.execPath, MAIN, '--log.level=warn', 'gateway'],
        ...[`--web.listen-address=${address}:${PORT}`, `--grafana.url=${grafana.url}`],
        ...[`--web.tls-cert-file=${certFile}`, `--web.tls-key-file=${keyFile}`],
        ...[`--agents.client-ca-file=${authority.certFile}`, `--agents.token-file=${secret('join.token')}`],
        ...['view', 'operate', 'admin'].map((tier) => `--token.${tier}-file=${secret(`${tier}.token`)}`),
        ...[`--gateway.key-file=${secret('gateway.key')}`, `--policy.file=${file('policy.yaml')}`],
        `--audit.file=${auditFile}`,
      ]),
      { stdio: WORDS },
    );
  }

  async function startNginx(): Promise<void> {
    nginxPort = await freePort();
    const { certFile, keyFile } = authority.sign('nginx', 'IP:127.0.0.1');
    const servers = gateways.map(({ address }) => `server ${address}:${PORT};`).join(' ');
    await writeFile(file('nginx.conf'), nginxConfiguration(servers, certFile, keyFile));
    nginx = spawn(...tiedCommand(NGINX, ['-e', 'stderr', '-p', folder, '-c', file('nginx.conf')]), {
      stdio: WORDS,
    });
  }

  function nginxConfiguration(servers: string, certFile: string, keyFile: string): string {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    return `
      daemon off; master_process off; user root; pid nginx.pid; error_log stderr crit;
      events {}
      http {
        access_log off;
        ${temporary.map((kind) => `${kind}_temp_path ${kind};`).join(' ')}
        upstream gateways { ip_hash; ${servers} }
        map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
        server {
          listen 127.0.0.1:${nginxPort} ssl;
          ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
          merge_slashes off;
          location / {
            proxy_pass https://gateways;
            proxy_ssl_verify on; proxy_ssl_name ${NAME}; proxy_ssl_trusted_certificate ${authority.certFile};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_connect_timeout 2s; proxy_read_timeout 8h; proxy_buffering off;
          }
        }
      }`;
  }

  async function startHost(name: HostName): Promise<void> {
    const host = await VirtualHost.start(lan, name, HOSTS.indexOf(name) + 1);
    hosts.set(name, host);
    host.run('mount', '--bind', file('hosts'), '/etc/hosts');
    await host.startEngine();
    await buildBusyboxImage(host.docker, IMAGE);
    const container = await host.docker.createContainer({
      Image: IMAGE,
      HostConfig: { NetworkMode: 'none' },
      Cmd: ['sh', '-c', 'while :; do echo tick; sleep 1; done'],
    });
    await container.start();
    containers.set(name, container.id);
    startAgent(name);
  }

  function startAgent(name: HostName): void {
    const { certFile, keyFile } = authority.sign(name, `DNS:${name}`);
    const kill = hosts
      .get(name)
      ?.startAgent([
        `--gateway=https://${NAME}:${PORT}`,
        `--join.token-file=${path.join(file('secrets'), 'join.token')}`,
        `--gateway.key-file=${path.join(file('secrets'), 'gateway.pub')}`,
        ...[
          `--tls.ca-file=${authority.certFile}`,
          `--tls.cert-file=${certFile}`,
          `--tls.key-file=${keyFile}`,
        ],
      ]);
    if (kill !== undefined) {
      agents.set(name, kill);
    }
  }

  /** ip_hash looks at the first three numbers of an address; which gateway somebody has got, its audit file tells. */
  async function clientOf({ auditFile }: Gateway): Promise<Client> {
    for (let number = 1; number < 200; number += 1) {
      const client = clientFrom(`127.0.${number}.1`);
      const user = `probe-${number}`;
      await ask(client, 'view', pathOf('amber'), user);
      if ((await readFile(auditFile, 'utf8')).includes(user)) {
        return client;
      }
    }
    throw new Error('nginx sends nobody to that gateway');
  }

  function clientFrom(from: string): Client {
    return {
      from,
      url: `https://127.0.0.1:${nginxPort}`,
      connectBy: { ca: authority.cert, localAddress: from },
      headers: async (tier, user = 'alice') => ({
        'x-toposcope-token': (await readFile(path.join(file('secrets'), `${tier}.token`), 'utf8')).trim(),
        'x-grafana-id': await grafana.sign(user, ROLES[tier]),
      }),
    };
  }

  /** Asks through nginx. Throws when nothing is answered in the time that a call may take. */
  async function ask(
    { from, headers }: Client,
    tier: Tier,
    target: string,
    user?: string,
  ): Promise<IncomingMessage> {
    const asked = request({
      ...{
        host: '127.0.0.1',
        port: nginxPort,
        path: `/${tier}/v1${target}`,
        headers: await headers(tier, user),
      },
      ...{ ca: authority.cert, localAddress: from, agent: false, signal: AbortSignal.timeout(CALL_MS) },
    });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return response;
  }

  async function bothKnow(count: number): Promise<boolean> {
    const known = await Promise.all(
      gateways.map(async ({ address }) => {
        const asked = request({
          ...{ host: address, port: PORT, path: '/healthz', servername: NAME },
          ...{ ca: authority.cert, agent: false, signal: AbortSignal.timeout(5_000) },
        });
        asked.end();
        const [response] = (await once(asked, 'response')) as [IncomingMessage];
        return (JSON.parse(await text(response)) as { hosts: number }).hosts;
      }),
    ).catch(() => []);
    return known.length === gateways.length && known.every((each) => each === count);
  }

  async function servesAll(client: Client): Promise<void> {
    for (const name of HOSTS) {
      const response = await ask(client, 'view', `/hosts/${name}/containers`);
      const { containers: found } = JSON.parse(await text(response)) as { containers: { id: string }[] };
      const running = (await hosts.get(name)?.docker.listContainers()) ?? [];
      expect(found.map(({ id }) => id)).toEqual(running.map(({ Id }) => Id));
      expect(found).toHaveLength(1);
    }
  }

  /** Shells that terminals have opened; the container's own one has a script. */
  async function shellsOn(name: HostName): Promise<number> {
    const container = hosts.get(name)?.docker.getContainer(containers.get(name) ?? '');
    const { Processes } = (await container?.top({ ps_args: '-eo pid,args' })) as { Processes: string[][] };
    return Processes.filter(([, command]) => command === 'sh').length;
  }

  const pathOf = (name: HostName): string => `/hosts/${name}/containers/${containers.get(name) ?? ''}`;

  async function openTerminal(client: Client, name: HostName): Promise<TerminalClient> {
    const terminal = await TerminalClient.open(client, pathOf(name), { action: 'exec', command: ['sh'] });
    opened.push(terminal);
    await echoes([terminal]);
    return terminal;
  }
});

let asked = 0;

async function echoes(terminals: readonly TerminalClient[]): Promise<void> {
  for (const terminal of terminals) {
    asked += 1;
    terminal.type(`echo answer-${asked}-$((40+2))\n`);
    await terminal.sees(`answer-${asked}-42`);
  }
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (child !== undefined) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

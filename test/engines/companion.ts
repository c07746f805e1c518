import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalJWKSet, exportJWK, SignJWT } from 'jose';
import { pino } from 'pino';
import { dial } from '../../companion/src/agent/dial.js';
import { connectEngine } from '../../companion/src/agent/engine.js';
import type { Host } from '../../companion/src/agent/handler.js';
import { keepTunnels } from '../../companion/src/agent/keep-tunnels.js';
import { perform } from '../../companion/src/agent/perform.js';
import { PermitVerifier } from '../../companion/src/agent/permit-verifier.js';
import { Procfs } from '../../companion/src/agent/procfs.js';
import { serveTunnel, type AgentService } from '../../companion/src/agent/serve-tunnel.js';
import { AuditLog } from '../../companion/src/audit/audit-log.js';
import { LineFile } from '../../companion/src/audit/line-file.js';
import type { GatewayCore } from '../../companion/src/gateway/attempts.js';
import { identifyByGrafanaJwt } from '../../companion/src/gateway/identity.js';
import { JoinTokens } from '../../companion/src/gateway/join-tokens.js';
import { Limits } from '../../companion/src/gateway/limits.js';
import { Metrics } from '../../companion/src/gateway/metrics.js';
import { permitSigner } from '../../companion/src/gateway/permit-signer.js';
import { Register } from '../../companion/src/gateway/register.js';
import { GatewayServer, type GatewayOptions } from '../../companion/src/gateway/server.js';
import { TierTokens } from '../../companion/src/gateway/tier-tokens.js';
import { parsePolicy } from '../../companion/src/policy/policy-file.js';
import { HOST_ACTION_NAMES, type ActionName } from '../../companion/src/protocol/action.js';
import type { Role, Tier } from '../../companion/src/protocol/tiers.js';

/** The secrets that a gateway and its agents share in a test. */
export interface Secrets {
  readonly tokens: Readonly<Record<Tier, string>>;
  readonly join: string;
  readonly permits: { readonly privateKey: SigningKey; readonly publicKey: SigningKey };
  readonly grafana: { readonly privateKey: SigningKey; readonly publicKey: SigningKey };
}
type SigningKey = ReturnType<typeof generateKeyPairSync>['privateKey'];

export function makeSecrets(): Secrets {
  const token = (): string => randomBytes(24).toString('base64url');
  return {
    tokens: { view: token(), operate: token(), admin: token() },
    join: token(),
    permits: generateKeyPairSync('ed25519'),
    grafana: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  };
}

export const ISSUER = 'https://grafana.example/';
const ROLE_OF_TIER: Readonly<Record<Tier, Role>> = { view: 'Viewer', operate: 'Editor', admin: 'Admin' };

export interface GatewaySettings {
  readonly policy?: string;
  readonly readOnly?: boolean;
  readonly auditFile?: string;
  readonly recordings?: string;
  readonly bucket?: GatewayOptions['bucket'];
  readonly tls?: GatewayOptions['tls'];
  readonly heartbeatMs?: number;
  readonly terminalLimits?: GatewayOptions['terminalLimits'];
  readonly limits?: Limits;
  /** Default: by signed tokens. */
  readonly identify?: GatewayOptions['identify'];
  readonly address?: string;
  readonly port?: number;
}

/** A real gateway on loopback, and the ways to ask it. */
export interface TestGateway {
  readonly url: string;
  readonly port: number;
  readonly secrets: Secrets;
  readonly register: Register;
  readonly core: GatewayCore;
  audit(): Promise<Record<string, unknown>[]>;
  setPolicy(text: string): void;
  /** A signed `X-Grafana-Id`. */
  identity(user: string, role?: Role): Promise<string>;
  headers(tier: Tier, user?: string): Promise<Record<string, string>>;
  get(tier: Tier, path: string, user?: string): Promise<Response>;
  post(tier: Tier, path: string, body: unknown, user?: string): Promise<Response>;
  close(): Promise<void>;
}

export async function startGateway(
  secrets: Secrets = makeSecrets(),
  settings: GatewaySettings = {},
): Promise<TestGateway> {
  const folder = await mkdtemp(path.join(tmpdir(), 'companion-'));
  const auditPath = settings.auditFile ?? path.join(folder, 'audit.jsonl');
  const auditFile = await LineFile.open(auditPath);
  const register = new Register();
  const policy = { current: parsePolicy(settings.policy ?? '', 'policy'), problem: undefined };
  const core: GatewayCore = {
    register,
    policy,
    readOnly: settings.readOnly ?? false,
    audit: new AuditLog(auditFile),
    signPermit: permitSigner(secrets.permits.privateKey),
    limits: settings.limits ?? new Limits(100_000, 100_000),
    metrics: new Metrics(register, () => undefined),
    log: pino({ level: process.env.TOPOSCOPE_TEST_LOG ?? 'silent' }),
  };
  const jwk = { ...(await exportJWK(secrets.grafana.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const server = new GatewayServer({
    core,
    tokens: new TierTokens(secrets.tokens),
    identify:
      settings.identify ??
      identifyByGrafanaJwt({
        issuer: ISSUER,
        organisations: [1],
        keys: createLocalJWKSet({ keys: [jwk] }),
      }),
    joinTokens: new JoinTokens(secrets.join),
    bucket: settings.bucket,
    recordings: settings.recordings,
    version: '0.0.0',
    tls: settings.tls,
    ...(settings.heartbeatMs === undefined ? {} : { heartbeatMs: settings.heartbeatMs }),
    ...(settings.terminalLimits === undefined ? {} : { terminalLimits: settings.terminalLimits }),
  });
  const address = settings.address ?? '127.0.0.1';
  const { port } = await server.listen(settings.port ?? 0, address);
  const url = `${settings.tls === undefined ? 'http' : 'https'}://${address}:${port}`;
  const identity = (user: string, role?: Role): Promise<string> =>
    new SignJWT({ username: user, ...(role === undefined ? {} : { role }) })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(ISSUER)
      .setAudience('org:1')
      .setSubject('user:7')
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(secrets.grafana.privateKey);
  const headers = async (tier: Tier, user = 'alice'): Promise<Record<string, string>> => ({
    'x-toposcope-token': secrets.tokens[tier],
    'x-grafana-id': await identity(user, ROLE_OF_TIER[tier]),
  });
  return {
    url,
    port,
    secrets,
    register,
    core,
    identity,
    headers,
    async audit() {
      const text = await readFile(auditPath, 'utf8');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    setPolicy(text) {
      policy.current = parsePolicy(text, 'policy');
    },
    get: async (tier, target, user) =>
      fetch(`${url}/${tier}/v1${target}`, { headers: await headers(tier, user) }),
    post: async (tier, target, body, user) =>
      fetch(`${url}/${tier}/v1${target}`, {
        method: 'POST',
        headers: { ...(await headers(tier, user)), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async close() {
      await server.close();
      await auditFile[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface AgentSettings {
  readonly host: string;
  /** A URL, or several addresses behind one name on one port. */
  readonly gateway: URL;
  readonly addresses?: readonly string[];
  readonly allows?: readonly ActionName[];
  readonly exporter?: string;
  readonly engineSocket?: string;
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly heartbeatMs?: number;
  readonly resolveEveryMs?: number;
  readonly joinToken?: string;
  /** Default: a host's, next to the engine. */
  readonly perform?: AgentService['perform'];
}

/** A real agent in this process, next to the engine of the tests. */
export function startAgent(secrets: Secrets, settings: AgentSettings): { stop(): Promise<void> } {
  const { host, gateway, addresses = [gateway.hostname], allows = HOST_ACTION_NAMES } = settings;
  const stop = new AbortController();
  const log = pino({ level: process.env.TOPOSCOPE_TEST_LOG ?? 'silent' });
  const beside: Host = {
    engine: connectEngine(settings.engineSocket ?? engineSocket()),
    procfs: new Procfs(),
    hostShell: ['/bin/sh'],
  };
  const allowed = new Set(allows);
  const service: AgentService = {
    perform: settings.perform ?? ((claims, signal) => perform(beside, allowed, claims, signal)),
    verifier: new PermitVerifier(host, [secrets.permits.publicKey]),
    log,
    ...(settings.heartbeatMs === undefined ? {} : { heartbeatMs: settings.heartbeatMs }),
  };
  const hello = {
    host,
    version: '0.0.0',
    allows: [...allows],
    ...(settings.exporter === undefined ? {} : { exporter: settings.exporter }),
  };
  const done = keepTunnels(
    {
      resolve: () => Promise.resolve(addresses),
      dial: (address, signal) =>
        dial(
          address,
          { gateway, joinToken: settings.joinToken ?? secrets.join, hello, tls: settings.tls ?? {} },
          signal,
        ),
      serve: (socket, signal) => serveTunnel(socket, service, signal),
      log,
      ...(settings.resolveEveryMs === undefined ? {} : { resolveEveryMs: settings.resolveEveryMs }),
    },
    stop.signal,
  );
  return {
    async stop() {
      stop.abort();
      await done;
    },
  };
}

/** The engine that dockerode asks, too. */
function engineSocket(): string {
  return process.env.DOCKER_HOST?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';
}

/** Waits until `condition` holds; throws with `what` when it does not within the time. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(`It did not come true in ${withinMs / 1000} s: ${what}`);
    }
    await sleep(50);
  }
}

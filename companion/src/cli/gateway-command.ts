import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { access, constants, readFile } from 'node:fs/promises';
import { duplexPair } from 'node:stream';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { serveTunnel } from '../agent/serve-tunnel.js';
import { AuditLog } from '../audit/audit-log.js';
import { LineFile } from '../audit/line-file.js';
import type { GatewayCore } from '../gateway/attempts.js';
import { grafanaKeys, identifyByGrafanaJwt, identifyByHeader, type Identify } from '../gateway/identity.js';
import { readJoinTokens } from '../gateway/join-tokens.js';
import { Limits } from '../gateway/limits.js';
import type { LogBucket } from '../gateway/log-bucket.js';
import { Metrics } from '../gateway/metrics.js';
import { permitSigner } from '../gateway/permit-signer.js';
import { Register } from '../gateway/register.js';
import { GatewayServer } from '../gateway/server.js';
import { readTierTokens } from '../gateway/tier-tokens.js';
import { Tunnel } from '../gateway/tunnel.js';
import { PolicyFile } from '../policy/policy-file.js';
import { DEFAULT_POLICY } from '../policy/policy.js';
import { addHostFlags, flag, parseListenAddress } from './flags.js';
import { helloOf, hostService, type HostFlags } from './host-service.js';

const LOOK_AT_POLICY_EVERY_MS = 2_000;
const AGENT_ENDS_WITHIN_MS = 5_000;

interface GatewayFlags extends HostFlags {
  readonly 'web.listenAddress': { readonly host: string; readonly port: number };
  readonly 'web.tlsCertFile'?: string;
  readonly 'web.tlsKeyFile'?: string;
  readonly 'agents.clientCaFile'?: string;
  readonly 'agents.tokenFile'?: string;
  readonly 'token.viewFile': string;
  readonly 'token.operateFile': string;
  readonly 'token.adminFile': string;
  readonly identity: 'jwt' | 'header';
  readonly 'grafana.url'?: string;
  readonly 'grafana.jwksUrl'?: string;
  readonly 'grafana.organisations': readonly number[];
  readonly 'policy.file'?: string;
  readonly readOnly?: boolean;
  readonly 'audit.file': string;
  readonly 'audit.record'?: string;
  readonly 'gateway.keyFile'?: string;
  readonly 'export.bucket'?: string;
  readonly 'export.prefix': string;
  readonly 'export.region': string;
  readonly 'export.endpoint'?: string;
  readonly local?: boolean;
}

export function addGatewayCommand(program: Command, version: string, logger: () => Logger): void {
  const command = program
    .command('gateway')
    .description("decide, write down and pass on what Grafana's users ask of the agents")
    .addOption(
      flag('--web.listen-address <address>', 'host:port, or :port for every address')
        .argParser(parseListenAddress)
        .default(parseListenAddress(':10421'), ':10421'),
    )
    .addOption(flag('--web.tls-cert-file <path>', 'the certificate of this gateway'))
    .addOption(flag('--web.tls-key-file <path>', 'its key'))
    .addOption(
      flag('--agents.token-file <path>', 'who may connect: lines of a token, or of a host and its token'),
    )
    .addOption(flag('--agents.client-ca-file <path>', 'who signs the certificates that agents must show'))
    .addOption(flag('--token.view-file <path>', 'the token of the tier view').makeOptionMandatory())
    .addOption(flag('--token.operate-file <path>', 'the token of the tier operate').makeOptionMandatory())
    .addOption(flag('--token.admin-file <path>', 'the token of the tier admin').makeOptionMandatory())
    .addOption(
      flag('--identity <how>', "jwt verifies Grafana's X-Grafana-Id, header believes X-Grafana-User")
        .choices(['jwt', 'header'])
        .default('jwt'),
    )
    .addOption(
      flag('--grafana.url <url>', "Grafana's root_url, which is what its tokens name as their issuer"),
    )
    .addOption(flag('--grafana.jwks-url <url>', 'its signing keys; default: /api/signing-keys/keys below it'))
    .addOption(
      flag('--grafana.organisations <ids>', 'organisations whose users may come in')
        .argParser((text) => text.split(',').map(Number))
        .default([1], '1'),
    )
    .addOption(
      flag('--policy.file <path>', 'who may do what; without one: list, inspect, top and logs for everybody'),
    )
    .addOption(flag('--read-only', 'nothing that changes anything, whatever the policy says'))
    .addOption(
      flag('--audit.file <path>', 'where every attempt is written down').default('toposcope-audit.jsonl'),
    )
    .addOption(
      flag(
        '--audit.record <directory>',
        'where terminals are recorded, as asciicast v2; default: not at all',
      ),
    )
    .addOption(flag('--gateway.key-file <path>', 'the Ed25519 key that signs permits, PEM'))
    .addOption(flag('--export.bucket <name>', 'where exported logs go; default: nowhere'))
    .addOption(flag('--export.prefix <prefix>', 'before every key').default(''))
    .addOption(flag('--export.region <region>', 'of the bucket').default('us-east-1'))
    .addOption(flag('--export.endpoint <url>', "of an S3-compatible service that is not Amazon's"))
    .addOption(flag('--local', "be this host's agent too, in the same process"));
  addHostFlags(command).action((flags: GatewayFlags) => runGateway(flags, version, logger()));
}

async function runGateway(flags: GatewayFlags, version: string, log: Logger): Promise<void> {
  const stop = new AbortController();
  const auditFile = await LineFile.open(flags['audit.file']);
  process.on(
    'SIGHUP',
    () => void auditFile.reopen().catch((error: unknown) => log.error({ err: error }, 'no audit file')),
  );
  const recordings = flags['audit.record'];
  if (recordings !== undefined) {
    await access(recordings, constants.W_OK);
  }
  const policy = await openPolicy(flags['policy.file'], log);
  const register = new Register();
  const key = await permitKey(flags);
  const core: GatewayCore = {
    register,
    policy,
    readOnly: flags.readOnly === true,
    audit: new AuditLog(auditFile),
    signPermit: permitSigner(key.privateKey),
    limits: new Limits(),
    metrics: new Metrics(register, () => policy.problem),
    log,
  };
  const bucket = await bucketOf(flags);
  const tokens = await readTierTokens({
    view: flags['token.viewFile'],
    operate: flags['token.operateFile'],
    admin: flags['token.adminFile'],
  });
  const tokenFile = flags['agents.tokenFile'];
  const server = new GatewayServer({
    core,
    tokens,
    identify: identityOf(flags, log),
    joinTokens: tokenFile === undefined ? undefined : await readJoinTokens(tokenFile),
    bucket,
    recordings,
    version,
    tls: await tlsOf(flags),
  });
  if (flags.local === true) {
    connectHere(flags, key, register, version, log, stop.signal);
  }
  const { host, port } = flags['web.listenAddress'];
  const address = await server.listen(port, host);
  log.info({ address: address.address, port: address.port, readOnly: core.readOnly }, 'the gateway listens');
  const ending = async (): Promise<void> => {
    stop.abort();
    await server.close();
    bucket?.close();
    await auditFile[Symbol.asyncDispose]();
    // The agent in this process still ends what ran in terminals; nothing else holds it.
    setTimeout(() => process.exit(0), AGENT_ENDS_WITHIN_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void ending());
  }
}

async function openPolicy(path: string | undefined, log: Logger): Promise<GatewayCore['policy']> {
  if (path === undefined) {
    log.info('no policy file: list, inspect, top and logs are for everybody, nothing else for anyone');
    return { current: DEFAULT_POLICY, problem: undefined };
  }
  const file = await PolicyFile.open(path);
  file.watch(LOOK_AT_POLICY_EVERY_MS, (problem) => {
    if (problem === undefined) {
      log.info({ path }, 'the policy has changed');
    } else {
      log.error({ path, problem }, 'the policy is not valid; the old one stays in force');
    }
  });
  return file;
}

interface PermitKey {
  readonly privateKey: KeyObject;
  /** Known where the key was made here. */
  readonly publicKey: KeyObject | undefined;
}

async function permitKey(flags: GatewayFlags): Promise<PermitKey> {
  const path = flags['gateway.keyFile'];
  if (path !== undefined) {
    return { privateKey: createPrivateKey(await readFile(path, 'utf8')), publicKey: undefined };
  }
  if (flags.local !== true || flags['agents.tokenFile'] !== undefined) {
    throw new Error('A gateway with agents needs --gateway.key-file; make a key with keygen.');
  }
  return generateKeyPairSync('ed25519');
}

function identityOf(flags: GatewayFlags, log: Logger): Identify {
  if (flags.identity === 'header') {
    log.warn(
      '--identity=header believes whoever can reach this port and knows a tier token who they say they are',
    );
    return identifyByHeader;
  }
  const url = flags['grafana.url'];
  if (url === undefined) {
    throw new Error(
      "--identity=jwt needs --grafana.url, to know Grafana's tokens by; see --identity=header.",
    );
  }
  const keys = flags['grafana.jwksUrl'] ?? `${url.replace(/\/$/, '')}/api/signing-keys/keys`;
  return identifyByGrafanaJwt({
    issuer: url,
    organisations: flags['grafana.organisations'],
    keys: grafanaKeys(new URL(keys)),
  });
}

/** Loads Amazon's client only where there is a bucket: it is several mebibytes of memory. */
async function bucketOf(flags: GatewayFlags): Promise<LogBucket | undefined> {
  const bucket = flags['export.bucket'];
  if (bucket === undefined) {
    return undefined;
  }
  const loaded = await import('../gateway/log-bucket.js');
  return new loaded.LogBucket({
    bucket,
    prefix: flags['export.prefix'],
    region: flags['export.region'],
    endpoint: flags['export.endpoint'],
  });
}

async function tlsOf(
  flags: GatewayFlags,
): Promise<{ cert: string; key: string; clientCa: string | undefined } | undefined> {
  const cert = flags['web.tlsCertFile'];
  const key = flags['web.tlsKeyFile'];
  const clientCa = flags['agents.clientCaFile'];
  if (cert === undefined || key === undefined) {
    if (cert !== key || clientCa !== undefined) {
      throw new Error('TLS needs both --web.tls-cert-file and --web.tls-key-file.');
    }
    return undefined;
  }
  return {
    cert: await readFile(cert, 'utf8'),
    key: await readFile(key, 'utf8'),
    clientCa: clientCa === undefined ? undefined : await readFile(clientCa, 'utf8'),
  };
}

/** The same tunnel as a remote agent's, through memory. */
function connectHere(
  flags: GatewayFlags,
  { privateKey, publicKey }: PermitKey,
  register: Register,
  version: string,
  log: Logger,
  signal: AbortSignal,
): void {
  const [here, there] = duplexPair();
  const service = hostService(flags, [publicKey ?? createPublicKey(privateKey)], log);
  void serveTunnel(there, service, signal).catch((error: unknown) =>
    log.error({ err: error }, 'the local agent ended'),
  );
  register.add(new Tunnel(here, helloOf(flags, version)));
}

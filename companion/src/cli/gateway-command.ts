import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { duplexPair } from 'node:stream';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { serveTunnel } from '../agent/serve-tunnel.js';
import { AuditLog } from '../audit/audit-log.js';
import { LineFile } from '../audit/line-file.js';
import type { GatewayCore } from '../gateway/attempts.js';
import { grafanaKeys, identifyByGrafanaJwt, identifyByHeader, type Identify } from '../gateway/identity.js';
import { Limits } from '../gateway/limits.js';
import type { LogBucket } from '../gateway/log-bucket.js';
import { Metrics } from '../gateway/metrics.js';
import { permitSigner } from '../gateway/permit-signer.js';
import { Register } from '../gateway/register.js';
import { GatewayServer, type GatewayOptions } from '../gateway/server.js';
import { TierTokens } from '../gateway/tier-tokens.js';
import { Tunnel } from '../gateway/tunnel.js';
import type { PolicyFile } from '../policy/policy-file.js';
import { DEFAULT_POLICY } from '../policy/policy.js';
import { reasonOf } from './files.js';
import { addGatewayFlags, type GatewayFlags } from './gateway-flags.js';
import { helloOf, hostService } from './host-service.js';
import { keyPair } from './secrets.js';

const LOOK_AT_POLICY_EVERY_MS = 2_000;
const AGENT_ENDS_WITHIN_MS = 5_000;

export function addGatewayCommand(program: Command, version: string, logger: () => Logger): void {
  const command = program
    .command('gateway')
    .description("decide, write down and pass on what Grafana's users ask of the agents");
  addGatewayFlags(command).action((flags: GatewayFlags) => runGateway(flags, version, logger()));
}

async function runGateway(flags: GatewayFlags, version: string, log: Logger): Promise<void> {
  const stop = new AbortController();
  const auditFile = await openAuditLog(flags['audit.file']);
  process.on(
    'SIGHUP',
    () => void auditFile.reopen().catch((error: unknown) => log.error({ err: error }, 'no audit file')),
  );
  const recordings = flags['audit.record'];
  const policy = followPolicy(flags['policy.file'], log);
  const register = new Register();
  const key = permitKeyOf(flags);
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
  const tokens = new TierTokens({
    view: flags['token.viewFile'],
    operate: flags['token.operateFile'],
    admin: flags['token.adminFile'],
  });
  const server = new GatewayServer({
    core,
    tokens,
    identify: identityOf(flags, log),
    joinTokens: flags['agents.tokenFile'],
    bucket,
    recordings,
    version,
    tls: tlsOf(flags),
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

/** Also where nothing names it, so that no parser has seen it. */
async function openAuditLog(path: string): Promise<LineFile> {
  try {
    return await LineFile.open(path);
  } catch (error) {
    const reason = reasonOf(error, 'make the directory that it is in');
    throw new Error(`--audit.file (TOPOSCOPE_COMPANION_AUDIT_FILE) is ${path}. ${reason}`, { cause: error });
  }
}

function followPolicy(file: PolicyFile | undefined, log: Logger): GatewayCore['policy'] {
  if (file === undefined) {
    log.info('no policy file: list, inspect, top and logs are for everybody, nothing else for anyone');
    return { current: DEFAULT_POLICY, problem: undefined };
  }
  const { path } = file;
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

function permitKeyOf(flags: GatewayFlags): PermitKey {
  const privateKey = flags['gateway.keyFile'];
  if (privateKey !== undefined) {
    return { privateKey, publicKey: undefined };
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

function tlsOf(flags: GatewayFlags): GatewayOptions['tls'] {
  const names = '--web.tls-cert-file and --web.tls-key-file';
  const pair = keyPair(names, flags['web.tlsCertFile'], flags['web.tlsKeyFile']);
  const clientCa = flags['agents.clientCaFile'];
  if (pair === undefined && clientCa !== undefined) {
    throw new Error(`--agents.client-ca-file needs TLS: give ${names}.`);
  }
  return pair && { ...pair, clientCa };
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

import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { dial } from '../agent/dial.js';
import { keepTunnels } from '../agent/keep-tunnels.js';
import { publicKeysFromPem } from '../agent/permit-verifier.js';
import { serveTunnel, type AgentService } from '../agent/serve-tunnel.js';
import type { Hello } from '../protocol/tunnel.js';
import { flag } from './flags.js';

/** The flags of `addConnectionFlags`, as commander gives them. */
export interface ConnectionFlags {
  readonly gateway: string;
  readonly insecure?: boolean;
  readonly 'join.tokenFile': string;
  readonly 'gateway.keyFile': string;
  readonly 'tls.caFile'?: string;
  readonly 'tls.certFile'?: string;
  readonly 'tls.keyFile'?: string;
}

/** The flags of whatever dials gateways: the agent of a host, or of a cluster. */
export function addConnectionFlags(command: Command): Command {
  return command
    .addOption(
      flag(
        '--gateway <url>',
        'https://name:port; every address behind the name is dialled',
      ).makeOptionMandatory(),
    )
    .addOption(flag('--join.token-file <path>', 'the token that lets this agent in').makeOptionMandatory())
    .addOption(
      flag('--gateway.key-file <path>', "the gateways' public keys, PEM, one or more").makeOptionMandatory(),
    )
    .addOption(
      flag('--tls.ca-file <path>', "who may sign the gateway's certificate; default: the usual authorities"),
    )
    .addOption(flag('--tls.cert-file <path>', "this agent's own certificate, for mutual TLS"))
    .addOption(flag('--tls.key-file <path>', 'its key'))
    .addOption(flag('--insecure', 'allow http:// to other hosts than this one'));
}

/** Who may sign permits, out of the flag's file. */
export async function gatewayKeys(flags: ConnectionFlags): Promise<readonly KeyObject[]> {
  return publicKeysFromPem(await readFile(flags['gateway.keyFile'], 'utf8'));
}

/** Serves every gateway until the process is told to end. */
export async function serveGateways(
  flags: ConnectionFlags,
  hello: Hello,
  service: AgentService,
  log: Logger,
): Promise<void> {
  const gateway = new URL(flags.gateway);
  refuseClearText(gateway, flags.insecure === true);
  const joinToken = (await readFile(flags['join.tokenFile'], 'utf8')).trim();
  const [ca, cert, key] = await Promise.all(
    [flags['tls.caFile'], flags['tls.certFile'], flags['tls.keyFile']].map(readOptional),
  );
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stop.abort());
  }
  log.info({ host: hello.host, allows: hello.allows }, 'the agent starts');
  await keepTunnels(
    {
      resolve: async () => {
        const found = await lookup(gateway.hostname.replaceAll(/[[\]]/g, ''), { all: true });
        return found.map(({ address }) => address);
      },
      dial: (address, signal) => dial(address, { gateway, joinToken, hello, tls }, signal),
      serve: (socket, signal) => serveTunnel(socket, service, signal),
      log,
    },
    stop.signal,
  );
}

async function readOptional(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : await readFile(path, 'utf8');
}

function refuseClearText({ protocol, hostname }: URL, insecure: boolean): void {
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && (here || insecure))) {
    throw new Error(
      'The gateway must be https://, or its own token would travel in clear text; see --insecure.',
    );
  }
}

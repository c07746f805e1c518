import { lookup } from 'node:dns/promises';
import type { KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { dial } from '../agent/dial.js';
import { keepTunnels } from '../agent/keep-tunnels.js';
import { serveTunnel, type AgentService } from '../agent/serve-tunnel.js';
import type { Hello } from '../protocol/tunnel.js';
import { contentOf } from './files.js';
import { flag, parseUrl } from './flags.js';
import { certificateKey, certificates, keyPair, permitKeys, token } from './secrets.js';

/** The flags of `addConnectionFlags`, as commander gives them: of files, what is in them. */
export interface ConnectionFlags {
  readonly gateway: string;
  readonly insecure?: boolean;
  readonly 'join.tokenFile': string;
  /** Who may sign permits. */
  readonly 'gateway.keyFile': readonly KeyObject[];
  readonly 'tls.caFile'?: string;
  readonly 'tls.certFile'?: string;
  readonly 'tls.keyFile'?: string;
}

/** The flags of whatever dials gateways: the agent of a host, or of a cluster. */
export function addConnectionFlags(command: Command): Command {
  return command
    .addOption(
      flag('--gateway <url>', 'https://name:port; every address behind the name is dialled')
        .argParser(parseUrl('https://gateway.example:10421'))
        .makeOptionMandatory(),
    )
    .addOption(
      flag('--join.token-file <path>', 'the token that lets this agent in')
        .argParser(contentOf(FROM_THE_GATEWAY, token))
        .makeOptionMandatory(),
    )
    .addOption(
      flag('--gateway.key-file <path>', "the gateways' public keys, PEM, one or more")
        .argParser(contentOf(FROM_THE_GATEWAY, permitKeys))
        .makeOptionMandatory(),
    )
    .addOption(
      flag(
        '--tls.ca-file <path>',
        "who may sign the gateway's certificate; default: the usual authorities",
      ).argParser(contentOf('copy it here, or leave it out for the usual authorities', certificates)),
    )
    .addOption(
      flag('--tls.cert-file <path>', "this agent's own certificate, for mutual TLS").argParser(
        contentOf('copy it here, or leave it out', certificates),
      ),
    )
    .addOption(
      flag('--tls.key-file <path>', 'its key').argParser(
        contentOf('copy it here, or leave it out', certificateKey),
      ),
    )
    .addOption(flag('--insecure', 'allow http:// to other hosts than this one'));
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
  const joinToken = flags['join.tokenFile'];
  const ca = flags['tls.caFile'];
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...keyPair('--tls.cert-file and --tls.key-file', flags['tls.certFile'], flags['tls.keyFile']),
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

/** Both are made beside the gateway. */
const FROM_THE_GATEWAY = "copy it from the gateway's host, where keygen has made it";

function refuseClearText({ protocol, hostname }: URL, insecure: boolean): void {
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && (here || insecure))) {
    throw new Error(
      'The gateway must be https://, or its own token would travel in clear text; see --insecure.',
    );
  }
}

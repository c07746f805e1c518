import type { KeyObject } from 'node:crypto';
import type { Command, Option } from 'commander';
import { JoinTokens } from '../gateway/join-tokens.js';
import { PolicyFile } from '../policy/policy-file.js';
import { contentOf, writableDirectory } from './files.js';
import { addHostFlags, flag, parseListenAddress, parseOrganisations, parseUrl } from './flags.js';
import type { HostFlags } from './host-service.js';
import { certificateKey, certificates, MADE_BY_KEYGEN, permitKey, token } from './secrets.js';

/** The flags of `addGatewayFlags`, as commander gives them: of files, what is in them. */
export interface GatewayFlags extends HostFlags {
  readonly 'web.listenAddress': { readonly host: string; readonly port: number };
  readonly 'web.tlsCertFile'?: string;
  readonly 'web.tlsKeyFile'?: string;
  readonly 'agents.clientCaFile'?: string;
  readonly 'agents.tokenFile'?: JoinTokens;
  readonly 'token.viewFile': string;
  readonly 'token.operateFile': string;
  readonly 'token.adminFile': string;
  readonly identity: 'jwt' | 'header';
  readonly 'grafana.url'?: string;
  readonly 'grafana.jwksUrl'?: string;
  readonly 'grafana.organisations': readonly number[];
  readonly 'policy.file'?: PolicyFile;
  readonly readOnly?: boolean;
  readonly 'audit.file': string;
  readonly 'audit.record'?: string;
  readonly 'gateway.keyFile'?: KeyObject;
  readonly 'export.bucket'?: string;
  readonly 'export.prefix': string;
  readonly 'export.region': string;
  readonly 'export.endpoint'?: string;
  readonly local?: boolean;
}

/** The flags of a gateway, and of the agent that it may be, too. */
export function addGatewayFlags(command: Command): Command {
  command
    .addOption(
      flag('--web.listen-address <address>', 'host:port, or :port for every address')
        .argParser(parseListenAddress)
        .default(parseListenAddress(':10421'), ':10421'),
    )
    .addOption(
      flag('--web.tls-cert-file <path>', 'the certificate of this gateway').argParser(
        contentOf('copy it here', certificates),
      ),
    )
    .addOption(
      flag('--web.tls-key-file <path>', 'its key').argParser(contentOf('copy it here', certificateKey)),
    )
    .addOption(
      flag(
        '--agents.token-file <path>',
        'who may connect: lines of a token, or of a host and its token',
      ).argParser(contentOf(MADE_BY_KEYGEN, (text) => new JoinTokens(text))),
    )
    .addOption(
      flag('--agents.client-ca-file <path>', 'who signs the certificates that agents must show').argParser(
        contentOf('copy it here', certificates),
      ),
    )
    .addOption(tokenFlag('--token.view-file <path>', 'the token of the tier view'))
    .addOption(tokenFlag('--token.operate-file <path>', 'the token of the tier operate'))
    .addOption(tokenFlag('--token.admin-file <path>', 'the token of the tier admin'))
    .addOption(
      flag('--identity <how>', "jwt verifies Grafana's X-Grafana-Id, header believes X-Grafana-User")
        .choices(['jwt', 'header'])
        .default('jwt'),
    )
    .addOption(
      flag(
        '--grafana.url <url>',
        "Grafana's root_url, which is what its tokens name as their issuer",
      ).argParser(parseUrl('https://grafana.example/')),
    )
    .addOption(
      flag(
        '--grafana.jwks-url <url>',
        'its signing keys; default: /api/signing-keys/keys below it',
      ).argParser(parseUrl('https://grafana.example/api/signing-keys/keys')),
    )
    .addOption(
      flag('--grafana.organisations <ids>', 'organisations whose users may come in')
        .argParser(parseOrganisations)
        .default([1], '1'),
    )
    .addOption(
      flag(
        '--policy.file <path>',
        'who may do what; without one: list, inspect, top and logs for everybody',
      ).argParser(
        contentOf(
          'write it (docs/security.md), or leave it out to allow what is only looked at',
          (text, path) => new PolicyFile(path, text),
        ),
      ),
    )
    .addOption(flag('--read-only', 'nothing that changes anything, whatever the policy says'))
    .addOption(
      flag('--audit.file <path>', 'where every attempt is written down').default('toposcope-audit.jsonl'),
    )
    .addOption(
      flag(
        '--audit.record <directory>',
        'where terminals are recorded, as asciicast v2; default: not at all',
      ).argParser(writableDirectory('make the directory, or leave it out to record nothing')),
    )
    .addOption(
      flag('--gateway.key-file <path>', 'the Ed25519 key that signs permits, PEM').argParser(
        contentOf(MADE_BY_KEYGEN, permitKey),
      ),
    )
    .addOption(flag('--export.bucket <name>', 'where exported logs go; default: nowhere'))
    .addOption(flag('--export.prefix <prefix>', 'before every key').default(''))
    .addOption(flag('--export.region <region>', 'of the bucket').default('us-east-1'))
    .addOption(
      flag('--export.endpoint <url>', "of an S3-compatible service that is not Amazon's").argParser(
        parseUrl('https://s3.example'),
      ),
    )
    .addOption(flag('--local', "be this host's agent too, in the same process"));
  return addHostFlags(command);
}

function tokenFlag(flags: string, description: string): Option {
  return flag(flags, description).argParser(contentOf(MADE_BY_KEYGEN, token)).makeOptionMandatory();
}

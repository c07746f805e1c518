import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';

/** How clients' certificates are treated, in the words of Go's crypto/tls. */
const CLIENT_AUTH = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuth = (typeof CLIENT_AUTH)[number];

const VERSIONS = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;
const tlsVersion = z.enum(['TLS10', 'TLS11', 'TLS12', 'TLS13']);

/** bcrypt in its three spellings; bcryptjs reads all of them. */
const BCRYPT = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;

/**
 * The file of `--web.config.file`: the format of the Prometheus exporter toolkit (docs/web-configuration.md there).
 * A key that is not served is an error: a file that asks for protection must not be half obeyed.
 */
const webConfigFile = z
  .strictObject({
    tls_server_config: z
      .strictObject({
        cert_file: z.string(),
        key_file: z.string(),
        client_auth_type: z.enum(['', ...CLIENT_AUTH]).optional(),
        client_ca_file: z.string().optional(),
        min_version: tlsVersion.optional(),
        max_version: tlsVersion.optional(),
        prefer_server_cipher_suites: z.boolean().optional(),
      })
      .nullish(),
    http_server_config: z
      .strictObject({
        /** HTTP/2 is an offer in that format, on by default: HTTP/1.1 is what every scraper takes as well. */
        http2: z.boolean().optional(),
        headers: z
          .strictObject({
            'Content-Security-Policy': z.string().optional(),
            'X-Frame-Options': z.string().optional(),
            'X-Content-Type-Options': z.string().optional(),
            'X-XSS-Protection': z.string().optional(),
            'Strict-Transport-Security': z.string().optional(),
          })
          .nullish(),
      })
      .nullish(),
    basic_auth_users: z
      .record(
        z.string().min(1),
        z.string().regex(BCRYPT, 'must be a bcrypt hash such as htpasswd -nBC 10 "" prints'),
      )
      .nullish(),
  })
  .nullable();

export interface WebConfig {
  /** Undefined: plain HTTP. */
  readonly tls: { readonly context: SecureContextOptions; readonly clientAuth: ClientAuth } | undefined;
  readonly users: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string>>;
  /** Every file that it was made from: when one changes, it is read again. */
  readonly files: readonly string[];
}

export const OPEN_TO_ALL: WebConfig = { tls: undefined, users: new Map(), headers: {}, files: [] };

/** Refuses certificates and keys that cannot be read or do not belong together. */
export type CheckTls = (context: SecureContextOptions) => unknown;

/** @throws with one line that names the file, and the key that does not fit */
export function readWebConfig(path: string, checkTls: CheckTls = createSecureContext): WebConfig {
  try {
    const config = toWebConfig(path, readFileSync(path, 'utf8'));
    if (config.tls !== undefined) {
      assertTls(config.tls.context, checkTls);
    }
    return config;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The web configuration ${path} cannot be used: ${reason}`, { cause: error });
  }
}

function toWebConfig(path: string, text: string): WebConfig {
  const parsed = webConfigFile.safeParse(parseYaml(text) ?? null);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path: key, message }) => `${key.join('.') || 'the file'}: ${message}`,
    );
    throw new Error(problems.join('; '));
  }
  const { tls_server_config: tls, http_server_config: http, basic_auth_users: users } = parsed.data ?? {};
  const files = tls
    ? [tls.cert_file, tls.key_file, tls.client_ca_file].filter((file) => file !== undefined)
    : [];
  const resolve = (file: string) => (isAbsolute(file) ? file : join(dirname(path), file));
  return {
    tls: tls ? { context: toSecureContext(tls, resolve), clientAuth: toClientAuth(tls) } : undefined,
    users: new Map(Object.entries(users ?? {})),
    headers: definedOnly(http?.headers ?? {}),
    files: [path, ...files.map(resolve)],
  };
}

/** The parser shows the place in a drawing of several lines, which a log would write as one with escapes. */
function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof YAMLParseError) {
      const [line = ''] = error.message.split('\n');
      throw new Error(`it is not YAML: ${line.replace(/:$/, '')}`, { cause: error });
    }
    throw error;
  }
}

function assertTls(context: SecureContextOptions, checkTls: CheckTls): void {
  try {
    checkTls(context);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `tls_server_config: the certificate, its key and the client authority do not work: ${reason}`,
      {
        cause: error,
      },
    );
  }
}

type TlsSection = NonNullable<NonNullable<z.infer<typeof webConfigFile>>['tls_server_config']>;

function toSecureContext(tls: TlsSection, resolve: (file: string) => string): SecureContextOptions {
  const version = (name: keyof typeof VERSIONS): SecureVersion => VERSIONS[name];
  return {
    cert: readFileSync(resolve(tls.cert_file)),
    key: readFileSync(resolve(tls.key_file)),
    ...(tls.client_ca_file === undefined ? {} : { ca: readFileSync(resolve(tls.client_ca_file)) }),
    minVersion: version(tls.min_version ?? 'TLS12'),
    maxVersion: version(tls.max_version ?? 'TLS13'),
    honorCipherOrder: tls.prefer_server_cipher_suites ?? true,
  };
}

/** The two contradictions that the toolkit refuses as well. */
function toClientAuth({ client_auth_type: type, client_ca_file: authority }: TlsSection): ClientAuth {
  const clientAuth = type === undefined || type === '' ? 'NoClientCert' : type;
  if (clientAuth === 'NoClientCert' && authority !== undefined) {
    throw new Error(
      'tls_server_config.client_ca_file is given, but client_auth_type asks for no certificate',
    );
  }
  if (
    authority === undefined &&
    (clientAuth === 'RequireAndVerifyClientCert' || clientAuth === 'VerifyClientCertIfGiven')
  ) {
    throw new Error(`tls_server_config.client_auth_type ${clientAuth} needs client_ca_file`);
  }
  return clientAuth;
}

function definedOnly(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The web configuration as its files say it now. */
export interface WebConfigSource {
  /** Reads the files again when one of them changed; keeps the last good state when they cannot be used. */
  current(): WebConfig;
}

/** @throws when the file cannot be used at the start */
export function watchWebConfig(
  path: string | undefined,
  log: { warn(message: string): void; info(message: string): void },
  checkTls: CheckTls = createSecureContext,
): WebConfigSource {
  if (path === undefined) {
    return { current: () => OPEN_TO_ALL };
  }
  let config = readWebConfig(path, checkTls);
  let seen = fingerprint(config.files);
  return {
    current() {
      const now = fingerprint(config.files);
      if (now !== seen) {
        seen = now;
        try {
          config = readWebConfig(path, checkTls);
          seen = fingerprint(config.files);
          log.info(`Read the web configuration ${path} again`);
        } catch (error) {
          log.warn(
            `${error instanceof Error ? error.message : String(error)}. What was read before stays in force`,
          );
        }
      }
      return config;
    },
  };
}

/** Modification times and sizes; a file that is missing changes it too. */
function fingerprint(files: readonly string[]): string {
  return files
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found === undefined ? 'missing' : `${found.mtimeMs} ${found.size} ${found.ino}`;
    })
    .join('\n');
}

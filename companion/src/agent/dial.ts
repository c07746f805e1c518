import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { problemDocumentSchema } from '../protocol/problems.js';
import { TUNNEL_HELLO_HEADER, TUNNEL_PATH, TUNNEL_UPGRADE, type Hello } from '../protocol/tunnel.js';

const ANSWERS_WITHIN_MS = 10_000;

export interface DialOptions {
  readonly gateway: URL;
  readonly joinToken: string;
  readonly hello: Hello;
  /** PEM texts: who may sign the gateway's certificate, and the agent's own certificate and key. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** Knocks at one address of the gateway and resolves with the connection when it is let in. */
export function dial(address: string, options: DialOptions, signal: AbortSignal): Promise<Socket> {
  const { gateway, joinToken, hello, tls } = options;
  const secure = gateway.protocol === 'https:';
  const request = (secure ? httpsRequest : httpRequest)({
    host: address,
    port: gateway.port === '' ? (secure ? 443 : 80) : gateway.port,
    path: `${gateway.pathname.replace(/\/$/, '')}${TUNNEL_PATH}`,
    ...(secure ? { ...tls, servername: gateway.hostname, minVersion: 'TLSv1.2' } : {}),
    agent: false,
    signal,
    headers: {
      host: gateway.host,
      connection: 'Upgrade',
      upgrade: TUNNEL_UPGRADE,
      authorization: `Bearer ${joinToken}`,
      [TUNNEL_HELLO_HEADER]: Buffer.from(JSON.stringify(hello)).toString('base64url'),
    },
  });
  return new Promise((resolve, reject) => {
    request.setTimeout(ANSWERS_WITHIN_MS, () => {
      request.destroy(new Error(`The gateway at ${address} did not answer in 10 s.`));
    });
    request.once('error', (error) => reject(withAdvice(error, address)));
    request.once('upgrade', (_, socket, head) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 10_000);
      if (head.length > 0) {
        socket.unshift(head);
      }
      resolve(socket);
    });
    request.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body = (body + text).slice(0, 4096)));
      response.once('close', () => {
        reject(new Error(`The gateway at ${address} does not let this host in: ${reasonIn(body)}`));
      });
    });
    request.end();
  });
}

/** Where the certificate is what is wrong, says which flag tells who may sign it. */
function withAdvice(error: NodeJS.ErrnoException, address: string): Error {
  if (!UNKNOWN_SIGNER.has(error.code ?? '')) {
    return error;
  }
  return new Error(
    `Nobody that this agent knows has signed the certificate of the gateway at ${address} (${error.message}): ` +
      'name who has by --tls.ca-file or TOPOSCOPE_COMPANION_TLS_CA_FILE.',
    { cause: error },
  );
}

/** Of OpenSSL (openssl-verification-options(1)), as Node.js writes them. */
const UNKNOWN_SIGNER: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function reasonIn(body: string): string {
  try {
    return problemDocumentSchema.parse(JSON.parse(body)).detail;
  } catch {
    // A proxy in between answers whatever it likes; its text is for a browser.
    return 'it answered no tunnel and gave no reason';
  }
}

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
    request.once('error', reject);
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

function reasonIn(body: string): string {
  try {
    return problemDocumentSchema.parse(JSON.parse(body)).detail;
  } catch {
    // A proxy in between answers whatever it likes; its text is for a browser.
    return 'it answered no tunnel and gave no reason';
  }
}

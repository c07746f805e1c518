import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { checkServerIdentity, TLSSocket } from 'node:tls';
import { Problem } from '../protocol/problems.js';
import { helloSchema, TUNNEL_HELLO_HEADER, TUNNEL_UPGRADE, type Hello } from '../protocol/tunnel.js';
import type { JoinTokens } from './join-tokens.js';

/** Checks an agent that knocks. Throws why it is not let in. */
export function admit(request: IncomingMessage, tokens: JoinTokens, clientCertificates: boolean): Hello {
  if (request.method !== 'GET' || request.headers.upgrade !== TUNNEL_UPGRADE) {
    throw new Problem('bad-request', `A tunnel is opened by GET with Upgrade: ${TUNNEL_UPGRADE}.`);
  }
  const hello = readHello(request.headers[TUNNEL_HELLO_HEADER]);
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!tokens.accepts(hello.host, token)) {
    throw new Problem('token-refused', 'The join token is missing, wrong, or of another host.');
  }
  if (clientCertificates) {
    checkCertificate(request.socket, hello.host);
  }
  return hello;
}

/** Tells the agent that it is let in; from the next byte on the connection is HTTP/2. */
export function welcome(socket: Duplex): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${TUNNEL_UPGRADE}\r\n\r\n`,
  );
}

function readHello(header: string | string[] | undefined): Hello {
  try {
    if (typeof header !== 'string' || header.length > 16_384) {
      throw new Error('no header, or too long a one');
    }
    return helloSchema.parse(JSON.parse(Buffer.from(header, 'base64url').toString()));
  } catch (error) {
    throw new Problem('bad-request', 'The agent does not say who it is as this protocol asks.', {
      cause: error,
    });
  }
}

function checkCertificate(socket: unknown, host: string): void {
  if (!(socket instanceof TLSSocket) || !socket.authorized) {
    throw new Problem(
      'token-refused',
      'The agent has no client certificate of an authority that is trusted here.',
    );
  }
  const mismatch = checkServerIdentity(host, socket.getPeerCertificate());
  if (mismatch !== undefined) {
    throw new Problem('token-refused', 'The client certificate is not for the host that the agent names.');
  }
}

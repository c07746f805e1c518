import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { formatListenAddress, type ListenAddress } from '../options.js';
import type { ClientAuth, WebConfigSource } from './web-config.js';

export interface WebServers {
  /** As bound: a port 0 that was asked for is the real one here. */
  readonly addresses: readonly ListenAddress[];
  close(): Promise<void>;
}

/** A scraper sends a few hundred bytes: who takes longer than this holds a connection for nothing. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Listens on every address, all or none.
 * @throws with a line that names the address, what is wrong with it and the flag that changes it
 */
export async function listen(
  handler: RequestListener,
  addresses: readonly ListenAddress[],
  config: WebConfigSource,
): Promise<WebServers> {
  const servers: Server[] = [];
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };
  try {
    for (const address of addresses) {
      const server = createServer(handler, config);
      await bind(server, address);
      servers.push(server);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    addresses: servers.map((server, index) => {
      const bound = server.address();
      return {
        host: addresses[index]?.host,
        port: typeof bound === 'object' && bound !== null ? bound.port : 0,
      };
    }),
    close,
  };
}

function createServer(handler: RequestListener, config: WebConfigSource): Server {
  const { tls } = config.current();
  const timeouts = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  if (tls === undefined) {
    return createHttpServer(timeouts, handler);
  }
  const server = createHttpsServer(
    {
      ...timeouts,
      ...tls.context,
      requestCert: tls.clientAuth !== 'NoClientCert',
      rejectUnauthorized: tls.clientAuth === 'RequireAndVerifyClientCert',
    },
    handler,
  );
  followCertificates(server, config);
  server.on('secureConnection', (socket: TLSSocket) => {
    if (!isAdmitted(socket, tls.clientAuth)) {
      socket.destroy();
    }
  });
  return server;
}

/** A renewed certificate is used from the next connection on; `connection` comes before the handshake. */
function followCertificates(server: HttpsServer, config: WebConfigSource): void {
  let used = config.current().tls?.context;
  server.prependListener('connection', () => {
    const context = config.current().tls?.context;
    if (context !== undefined && context !== used) {
      used = context;
      server.setSecureContext(context);
    }
  });
}

/** What `rejectUnauthorized` cannot express: a certificate of anybody, or a good one if any. */
function isAdmitted(socket: TLSSocket, clientAuth: ClientAuth): boolean {
  const given = Object.keys(socket.getPeerCertificate()).length > 0;
  switch (clientAuth) {
    case 'RequireAnyClientCert':
      return given;
    case 'VerifyClientCertIfGiven':
      return !given || socket.authorized;
    case 'NoClientCert':
    case 'RequestClientCert':
    case 'RequireAndVerifyClientCert':
      return true;
  }
}

async function bind(server: Server, address: ListenAddress): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explainListenError(error, address)));
    server.listen(
      { port: address.port, ...(address.host === undefined ? {} : { host: address.host }) },
      () => {
        server.removeAllListeners('error');
        resolve();
      },
    );
  });
}

function explainListenError(error: Error, address: ListenAddress): Error {
  const place = formatListenAddress(address);
  const change = 'choose another address with --web.listen-address';
  switch ('code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return new Error(
        `Cannot listen on ${place}: port ${address.port} is in use; end what uses it, or ${change}`,
        {
          cause: error,
        },
      );
    case 'EACCES':
      return new Error(`Cannot listen on ${place}: no permission for port ${address.port}; ${change}`, {
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`Cannot listen on ${place}: this machine has no such address; ${change}`, {
        cause: error,
      });
    default:
      return new Error(`Cannot listen on ${place}: ${error.message}; ${change}`, { cause: error });
  }
}

/** Answers under way are finished; kept-alive connections without a request are closed. */
async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

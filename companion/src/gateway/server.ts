import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { asProblem, Problem } from '../protocol/problems.js';
import { TERMINAL_LIMITS, type TerminalClocks } from '../protocol/terminal-messages.js';
import { TUNNEL_PATH } from '../protocol/tunnel.js';
import { admit, welcome } from './admit.js';
import { createApp } from './app.js';
import { Attempts, type GatewayCore } from './attempts.js';
import { authenticate, originOf, plainPath, tierOfPath } from './caller.js';
import type { Identify } from './identity.js';
import type { JoinTokens } from './join-tokens.js';
import type { LogBucket } from './log-bucket.js';
import { logRoutes } from './log-routes.js';
import { objectRoutes } from './object-routes.js';
import type { Route } from './route.js';
import { plainRoutes } from './routes.js';
import { Terminals, terminalTarget } from './terminals.js';
import type { TierTokens } from './tier-tokens.js';
import { Tunnel } from './tunnel.js';

export interface GatewayOptions {
  readonly core: GatewayCore;
  readonly tokens: TierTokens;
  readonly identify: Identify;
  /** Undefined where no agent may connect: with `--local`. */
  readonly joinTokens: JoinTokens | undefined;
  readonly bucket: LogBucket | undefined;
  readonly recordings: string | undefined;
  readonly version: string;
  /** PEM texts; `clientCa` makes agents show a certificate of theirs. */
  readonly tls:
    { readonly cert: string; readonly key: string; readonly clientCa: string | undefined } | undefined;
  readonly terminalLimits?: Partial<TerminalClocks>;
  readonly heartbeatMs?: number;
}

/** Against slow senders and silent sockets, in milliseconds. */
const PATIENCE = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2_000,
} as const;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 4_000;

/** What is cut off when the gateway stops still gets its end into the audit log. */
const ENDS_WRITTEN_WITHIN_MS = 5_000;

/** The gateway's one port: for Grafana's proxy, for Prometheus, and for agents that knock. */
export class GatewayServer {
  readonly #options: GatewayOptions;
  readonly #attempts: Attempts;
  readonly #terminals: Terminals;
  readonly #server: Server;

  constructor(options: GatewayOptions) {
    const { core, tokens, identify, recordings, version, bucket } = options;
    this.#options = options;
    this.#attempts = new Attempts(core);
    this.#terminals = new Terminals(
      {
        attempts: this.#attempts,
        log: core.log,
        recordings,
        limits: { ...TERMINAL_LIMITS, ...options.terminalLimits },
      },
      core.metrics,
    );
    const routes = gatewayRoutes(core, bucket);
    const app = createApp({ core, attempts: this.#attempts, tokens, identify, routes, version });
    this.#server = createServer(options.tls);
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on('request', app);
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#server.on('clientError', (_, socket) => {
      if (socket.writable) {
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      }
    });
  }

  /** Resolves with where it listens. */
  async listen(port: number, host: string): Promise<AddressInfo> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') {
      throw new Error('the gateway listens on no TCP port');
    }
    return address;
  }

  /** Ends terminals with a word, then tunnels, then the port; resolves when the audit log has the end of all. */
  async close(): Promise<void> {
    this.#terminals.close();
    this.#options.core.register.close();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    await this.#attempts.ended(ENDS_WRITTEN_WITHIN_MS);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const { core, tokens, identify } = this.#options;
    const target = request.url ?? '';
    const tier = tierOfPath(target);
    try {
      const path = plainPath(target);
      if (path === TUNNEL_PATH) {
        this.#openTunnel(request, socket, head);
        return;
      }
      if (tier === undefined) {
        throw new Problem('route-unknown', 'There is nothing to open at that path.');
      }
      const caller = await authenticate(request, tier, tokens, identify);
      this.#terminals.accept(request, socket, head, caller, terminalTarget(path));
    } catch (error) {
      let problem = asProblem(error);
      if (problem.status === 403) {
        const asked = { method: 'UPGRADE', path: target.slice(0, 512) };
        await this.#attempts
          .refuseUnread(originOf(request), problem, { tier, request: asked })
          .catch((refusal: unknown) => (problem = asProblem(refusal)));
      }
      if (problem.status >= 500) {
        core.log.error({ err: error }, 'an upgrade failed');
      }
      refuseUpgrade(socket, problem);
    }
  }

  #openTunnel(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { core, joinTokens, tls, heartbeatMs } = this.#options;
    const { metrics, register, log } = core;
    try {
      if (joinTokens === undefined) {
        throw new Problem('route-unknown', 'This gateway takes no agents.');
      }
      const hello = admit(request, joinTokens, tls?.clientCa !== undefined);
      prepareSocket(request, socket, head);
      welcome(socket);
      const tunnel = new Tunnel(socket, hello, heartbeatMs);
      register.add(tunnel);
      metrics.tunnel('opened');
      log.info({ host: hello.host, address: request.socket.remoteAddress }, 'an agent has connected');
      tunnel.onClose(() => {
        metrics.tunnel('closed');
        log.info({ host: hello.host }, 'an agent has gone');
      });
    } catch (error) {
      metrics.tunnel('refused');
      throw error;
    }
  }
}

/** All routes, as they are served and as the OpenAPI document tells them. */
export function gatewayRoutes(core: GatewayCore, bucket: LogBucket | undefined): readonly Route[] {
  return [...plainRoutes(core, bucket?.name ?? null), ...logRoutes(core, bucket), ...objectRoutes(core)];
}

function createServer(tls: GatewayOptions['tls']): Server {
  const patience = { ...PATIENCE, maxHeaderSize: MAX_HEADER_BYTES };
  if (tls === undefined) {
    return createHttpServer(patience);
  }
  const { cert, key, clientCa } = tls;
  return createHttpsServer({
    ...patience,
    cert,
    key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: PATIENCE.headersTimeout,
    // Grafana shows none; whether an agent has to is seen when it knocks.
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
  });
}

function prepareSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  request.socket.setTimeout(0);
  request.socket.setNoDelay(true);
  if (head.length > 0) {
    socket.unshift(head);
  }
}

function refuseUpgrade(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem.toDocument());
  socket.end(
    `HTTP/1.1 ${problem.status} Refused\r\nConnection: close\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { containerParams, hostParams } from '../protocol/requests.js';
import { parseRequest } from '../protocol/parse.js';
import { Problem } from '../protocol/problems.js';
import { TERMINAL_LIMITS, TERMINAL_SUBPROTOCOL } from '../protocol/terminal-messages.js';
import type { Caller } from './caller.js';
import type { Metrics } from './metrics.js';
import { OpenByUser } from './open-by-user.js';
import { runTerminal, type SessionSurroundings } from './terminal-session.js';

const CONTAINER_TERMINAL = /^\/[a-z]+\/v1\/hosts\/([^/]+)\/containers\/([^/]+)\/terminal$/;
const HOST_TERMINAL = /^\/[a-z]+\/v1\/hosts\/([^/]+)\/terminal$/;

/** The host and container (empty for the host itself) that a terminal's path names. Throws `route-unknown`. */
export function terminalTarget(path: string): { host: string; container: string } {
  const onContainer = CONTAINER_TERMINAL.exec(path);
  if (onContainer !== null) {
    const [, host, container] = onContainer;
    return parseRequest(containerParams, { host, container }, 'path');
  }
  const onHost = HOST_TERMINAL.exec(path);
  if (onHost !== null) {
    return { ...parseRequest(hostParams, { host: onHost[1] }, 'path'), container: '' };
  }
  throw new Problem('route-unknown', 'There is no terminal at that path.');
}

/** All open terminals, counted by user. */
export class Terminals {
  readonly #surroundings: SessionSurroundings;
  readonly #metrics: Metrics;
  readonly #openByUser = new OpenByUser('terminals', TERMINAL_LIMITS.sessionsPerUser);
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: TERMINAL_LIMITS.messageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(TERMINAL_SUBPROTOCOL) ? TERMINAL_SUBPROTOCOL : false),
  });

  constructor(surroundings: SessionSurroundings, metrics: Metrics) {
    this.#surroundings = surroundings;
    this.#metrics = metrics;
  }

  /** Takes over the socket of a caller who is proved. Throws `too-many-sessions` before it does. */
  accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    caller: Caller,
    target: { host: string; container: string },
  ): void {
    this.#openByUser.assertRoom(caller.user);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const leave = this.#openByUser.add(caller.user);
      this.#metrics.session(1);
      webSocket.once('close', () => {
        leave();
        this.#metrics.session(-1);
      });
      void runTerminal(webSocket, { caller, ...target }, this.#surroundings);
    });
  }

  /** Ends every session with a word. */
  close(): void {
    for (const socket of this.#server.clients) {
      socket.close(1001, 'the gateway stops');
    }
    this.#server.close();
  }
}

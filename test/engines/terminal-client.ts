import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, type ClientOptions } from 'ws';
import type { TerminalAction } from '../../companion/src/protocol/action.js';
import type { ClientMessage, ServerMessage } from '../../companion/src/protocol/terminal-messages.js';
import type { Tier } from '../../companion/src/protocol/tiers.js';
import type { TestGateway } from './companion.js';

/** Where a gateway is asked, and as whom. */
export interface TerminalGateway extends Pick<TestGateway, 'url' | 'headers'> {
  /** Such as an authority's certificate. */
  readonly connectBy?: ClientOptions;
}

/** The panel's end of a terminal. */
export class TerminalClient {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer, binary) => {
      if (binary) {
        this.#chunks.push(data);
        this.#bytes += data.length;
      } else {
        this.messages.push(JSON.parse(data.toString()) as ServerMessage);
      }
    });
  }

  static async connect(
    gateway: TerminalGateway,
    tier: Tier,
    path: string,
    user?: string,
  ): Promise<TerminalClient> {
    const url = `${gateway.url.replace('http', 'ws')}/${tier}/v1${path}/terminal`;
    const headers = await gateway.headers(tier, user);
    const socket = new WebSocket(url, 'toposcope-terminal-1', { ...gateway.connectBy, headers });
    const client = new TerminalClient(socket);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  static async open(
    gateway: TerminalGateway,
    path: string,
    request: TerminalAction,
    user?: string,
  ): Promise<TerminalClient> {
    const client = await TerminalClient.connect(gateway, 'admin', path, user);
    client.say({ type: 'open', request });
    await client.until(() => client.messages.length > 0);
    return client;
  }

  say(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  type(text: string | Buffer): void {
    this.socket.send(Buffer.from(text as string));
  }

  get bytes(): number {
    return this.#bytes;
  }

  get output(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get last(): ServerMessage | undefined {
    return this.messages.at(-1);
  }

  async sees(text: string): Promise<void> {
    await this.until(() => this.output.includes(text), `it shows ${JSON.stringify(text)}`);
  }

  async ended(withinMs?: number): Promise<void> {
    await this.until(() => this.socket.readyState === this.socket.CLOSED, 'it is closed', withinMs);
  }

  async until(condition: () => boolean, what = 'an answer', withinMs = 30_000): Promise<void> {
    const end = Date.now() + withinMs;
    while (!condition()) {
      if (Date.now() > end) {
        throw new Error(
          `Not in ${withinMs / 1000} s: ${what}. It said ${JSON.stringify(this.messages)} and showed ` +
            JSON.stringify(this.output.toString().slice(-500)),
        );
      }
      await sleep(5);
    }
  }

  close(): void {
    this.socket.terminate();
  }
}

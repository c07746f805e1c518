import type { TerminalAction } from '@toposcope/companion/protocol/action.js';
import {
  serverMessageSchema,
  TERMINAL_SUBPROTOCOL,
  type ClientMessage,
  type ServerMessage,
} from '@toposcope/companion/protocol/terminal-messages.js';
import type { TerminalSize } from '@toposcope/companion/protocol/names.js';

/** How a terminal ended. */
export interface TerminalEnd {
  /** A sentence for the user. */
  readonly message: string;
  /** False when the program ended by itself. */
  readonly failed: boolean;
}

export interface TerminalEvents {
  readonly opened: () => void;
  readonly bytes: (bytes: Uint8Array) => void;
  /** Once, last. */
  readonly ended: (end: TerminalEnd) => void;
}

/** The part of a WebSocket that a terminal needs. */
export type TerminalSocket = Pick<
  WebSocket,
  'binaryType' | 'readyState' | 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'
>;

/** So much output may wait for the screen; a program that prints without end would fill the browser's memory. */
const WINDOW_BYTES = 1024 * 1024;
const SAY_SHOWN_EVERY_BYTES = WINDOW_BYTES / 8;

/** The gateway takes messages of twice that. */
const PIECE_BYTES = 32 * 1024;

/** One terminal's WebSocket: bytes both ways, its size, its end. */
export class TerminalConnection {
  readonly #socket: TerminalSocket;
  readonly #events: TerminalEvents;
  #end: TerminalEnd | undefined;
  /** What was typed before the program was there to read it; undefined once it is. */
  #early: Uint8Array<ArrayBuffer>[] | undefined = [];
  #shown = 0;

  constructor(
    url: string,
    request: TerminalAction,
    events: TerminalEvents,
    connect: (url: string, protocol: string) => TerminalSocket = (...args) => new WebSocket(...args),
  ) {
    this.#events = events;
    const socket = connect(url, TERMINAL_SUBPROTOCOL);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#say({ type: 'open', request, window: WINDOW_BYTES });
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) {
        events.bytes(new Uint8Array(data));
      } else {
        this.#listen(String(data));
      }
    };
    socket.onclose = ({ code }) => this.#finish(this.#end ?? endOfClose(code));
  }

  /** What the user typed or pasted; what comes early waits until the terminal is open. */
  type(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#early !== undefined) {
      this.#early.push(bytes);
    } else if (this.#isOpen) {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        this.#socket.send(bytes.subarray(at, at + PIECE_BYTES));
      }
    }
  }

  /** So many more bytes are on the screen. */
  shown(bytes: number): void {
    this.#shown += bytes;
    if (this.#shown >= SAY_SHOWN_EVERY_BYTES) {
      this.#say({ type: 'shown', bytes: this.#shown });
      this.#shown = 0;
    }
  }

  resize(size: TerminalSize): void {
    if (this.#early === undefined) {
      this.#say({ type: 'resize', size });
    }
  }

  /** Leaves. The program of a terminal ends with it. */
  close(): void {
    this.#finish({ message: 'It was closed.', failed: false });
    this.#socket.close(1000);
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === 1;
  }

  #say(message: ClientMessage): void {
    if (this.#isOpen) {
      this.#socket.send(JSON.stringify(message));
    }
  }

  #listen(text: string): void {
    const message = serverMessageSchema.safeParse(parsedJson(text));
    if (!message.success) {
      this.#end = { message: 'The companion said something that this plugin does not know.', failed: true };
      this.#socket.close(1000);
    } else if (message.data.type === 'opened') {
      const early = this.#early ?? [];
      this.#early = undefined;
      this.#events.opened();
      early.forEach((bytes) => this.type(bytes));
    } else {
      // The bytes are all there by now; the socket closes next.
      this.#end = endOfMessage(message.data);
    }
  }

  #finish(end: TerminalEnd): void {
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#events.ended(end);
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function endOfMessage(message: Exclude<ServerMessage, { type: 'opened' }>): TerminalEnd {
  if (message.type === 'problem') {
    return { message: message.problem.detail, failed: true };
  }
  const { exitCode, reason } = message;
  return exitCode === null || reason !== 'the program ended'
    ? { message: `Ended: ${reason}.`, failed: reason !== 'the program ended' }
    : { message: `The program ended with exit code ${exitCode}.`, failed: false };
}

function endOfClose(code: number): TerminalEnd {
  const message =
    code === 1001
      ? 'The companion’s gateway has stopped.'
      : 'The connection to the companion was lost, or it could not be made.';
  return { message, failed: true };
}

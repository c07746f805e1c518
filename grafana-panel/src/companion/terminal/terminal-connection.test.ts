import { describe, expect, it } from 'vitest';
import { TerminalConnection, type TerminalEnd, type TerminalSocket } from './terminal-connection';

class Socket implements TerminalSocket {
  binaryType: BinaryType = 'blob';
  readyState = 0;
  readonly sent: unknown[] = [];
  closedWith: number | undefined;
  onopen: TerminalSocket['onopen'] = null;
  onmessage: TerminalSocket['onmessage'] = null;
  onclose: TerminalSocket['onclose'] = null;

  send(data: unknown): void {
    this.sent.push(typeof data === 'string' ? JSON.parse(data) : data);
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.call(this as never, {} as Event);
  }

  hear(data: unknown): void {
    this.onmessage?.call(this as never, { data } as MessageEvent);
  }

  lose(code: number): void {
    this.readyState = 3;
    this.onclose?.call(this as never, { code } as CloseEvent);
  }
}

function connect() {
  const socket = new Socket();
  const seen = { opened: 0, bytes: [] as number[], ends: [] as TerminalEnd[] };
  const connection = new TerminalConnection(
    'ws://grafana/terminal',
    { action: 'exec', command: ['sh'] },
    {
      opened: () => (seen.opened += 1),
      bytes: (bytes) => seen.bytes.push(...bytes),
      ended: (end) => seen.ends.push(end),
    },
    () => socket,
  );
  return { socket, seen, connection };
}

const OPENED = JSON.stringify({ type: 'opened', attempt: 'a', tty: true });
const exit = (exitCode: number | null, reason: string) => JSON.stringify({ type: 'exit', exitCode, reason });

describe("a terminal's connection", () => {
  it('opens with what it wants, then carries bytes and sizes', () => {
    const { socket, seen, connection } = connect();
    socket.open();
    socket.hear(OPENED);
    socket.hear(new Uint8Array([0xc3, 0xbc]).buffer);
    connection.type(new Uint8Array([13]));
    connection.resize({ columns: 80, rows: 24 });
    expect(seen).toMatchObject({ opened: 1, bytes: [0xc3, 0xbc], ends: [] });
    expect(socket.sent).toEqual([
      { type: 'open', request: { action: 'exec', command: ['sh'] }, window: 1_048_576 },
      new Uint8Array([13]),
      { type: 'resize', size: { columns: 80, rows: 24 } },
    ]);
  });

  it('keeps what is typed too early until the program can read it', () => {
    const { socket, connection } = connect();
    connection.type(new Uint8Array([108]));
    socket.open();
    connection.type(new Uint8Array([115]));
    connection.resize({ columns: 80, rows: 24 });
    expect(socket.sent).toEqual([expect.objectContaining({ type: 'open' })]);
    socket.hear(OPENED);
    connection.type(new Uint8Array([13]));
    expect(socket.sent.slice(1)).toEqual([108, 115, 13].map((byte) => new Uint8Array([byte])));
  });

  it('sends a large paste in messages that the gateway takes', () => {
    const { socket, connection } = connect();
    socket.open();
    socket.hear(OPENED);
    const pasted = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
    connection.type(pasted);
    const messages = socket.sent.slice(1) as Uint8Array[];
    expect(Math.max(...messages.map(({ length }) => length))).toBeLessThanOrEqual(65_536);
    expect(messages.flatMap((message) => [...message])).toEqual([...pasted]);
  });

  it('says what it has shown, now and then', () => {
    const { socket, connection } = connect();
    socket.open();
    socket.hear(OPENED);
    connection.shown(100_000);
    expect(socket.sent).toHaveLength(1);
    connection.shown(100_000);
    expect(socket.sent.slice(1)).toEqual([{ type: 'shown', bytes: 200_000 }]);
  });

  it.each([
    ['its exit code', exit(3, 'the program ended'), 'The program ended with exit code 3.', false],
    [
      'the clock that ended it',
      exit(null, 'nobody typed for too long'),
      'Ended: nobody typed for too long.',
      true,
    ],
    [
      "the gateway's reason",
      JSON.stringify({
        type: 'problem',
        problem: { type: 'x', title: 't', status: 403, code: 'policy-refused', detail: 'No rule allows it.' },
      }),
      'No rule allows it.',
      true,
    ],
    ['that it does not understand', '{"type":"new"}', /does not know/, true],
  ])('ends with %s', (_, message, words, failed) => {
    const { socket, seen } = connect();
    socket.open();
    socket.hear(message);
    socket.lose(1000);
    expect(seen.ends).toEqual([{ message: expect.stringMatching(words) as string, failed }]);
  });

  it.each([
    [1001, /gateway has stopped/],
    [1006, /was lost/],
  ])('says what a close with %i means', (code, words) => {
    const { socket, seen } = connect();
    socket.open();
    socket.lose(code);
    expect(seen.ends[0]?.message).toMatch(words);
  });

  it('ends once when it is closed here, and sends nothing afterwards', () => {
    const { socket, seen, connection } = connect();
    socket.open();
    connection.close();
    socket.lose(1000);
    connection.type(new Uint8Array([13]));
    expect(seen.ends).toHaveLength(1);
    expect(socket.closedWith).toBe(1000);
    expect(socket.sent).toHaveLength(1);
  });
});

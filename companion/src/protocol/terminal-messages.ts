import { z } from 'zod';
import { terminalActionSchema } from './action.js';
import { terminalSizeSchema } from './names.js';
import { problemDocumentSchema } from './problems.js';

/**
 * A terminal's WebSocket: binary messages are the terminal's bytes, both ways and cut anywhere, even inside a UTF-8
 * character; text messages are these. The client's first message is `open`, and its next one waits for `opened`.
 */
export const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('open'),
    request: terminalActionSchema,
    /**
     * How many bytes may be on their way, or wait in the client, before it has said `shown`; without it, as many as the
     * connection takes. A browser takes whatever comes into its memory.
     */
    window: z
      .int()
      .min(64 * 1024)
      .max(64 * 1024 * 1024)
      .optional(),
  }),
  /** So many more bytes are on the client's screen. */
  z.strictObject({ type: z.literal('shown'), bytes: z.int().min(1) }),
  z.strictObject({ type: z.literal('resize'), size: terminalSizeSchema }),
  /** End of input, what Ctrl-D is where there is no terminal. */
  z.strictObject({ type: z.literal('end') }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

export const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opened'), attempt: z.string(), tty: z.boolean() }),
  z.object({ type: z.literal('exit'), exitCode: z.int().nullable(), reason: z.string() }),
  z.object({ type: z.literal('problem'), problem: problemDocumentSchema }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

export const TERMINAL_SUBPROTOCOL = 'toposcope-terminal-1';

/** The clocks of a terminal, in milliseconds. */
export interface TerminalClocks {
  readonly pingEvery: number;
  readonly openWithin: number;
  readonly idleFor: number;
  readonly total: number;
}

export const TERMINAL_LIMITS: TerminalClocks & {
  readonly sessionsPerUser: number;
  readonly messageBytes: number;
} = {
  /** Proxies in between cut connections that say nothing. */
  pingEvery: 20_000,
  /** A socket that has not opened anything by then is closed. */
  openWithin: 10_000,
  idleFor: 15 * 60_000,
  total: 8 * 60 * 60_000,
  sessionsPerUser: 10,
  messageBytes: 64 * 1024,
};

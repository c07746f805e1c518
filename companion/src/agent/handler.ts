import type { Readable, Writable } from 'node:stream';
import type Docker from 'dockerode';
import type { TerminalSize } from '../protocol/names.js';
import type { Procfs } from './procfs.js';

/** What an action may use. */
export interface Host {
  readonly engine: Docker;
  readonly procfs: Procfs;
  /** Program and arguments of the host shell. */
  readonly hostShell: readonly [string, ...string[]];
}

/** The container that the action is about, as it was just inspected. */
export interface Target {
  readonly container: Docker.Container;
  readonly facts: Docker.ContainerInspectInfo;
}

/** What an action answers: a value, a stream of text, or a terminal. */
export type Answer =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'stream'; readonly stream: Readable; readonly contentType: string }
  | { readonly kind: 'terminal'; readonly terminal: Terminal };

/** A program's input and output, as bytes. */
export interface Terminal {
  readonly tty: boolean;
  readonly output: Readable;
  readonly input: Writable;
  resize(size: TerminalSize): Promise<void>;
  /** Asked for when the output has ended; null when it is not known. */
  exitCode(): Promise<number | null>;
  /** Ends what was opened, the program too where that is what leaving means. Called once, in any case. */
  close(): Promise<void>;
}

export function valueAnswer(value: unknown): Answer {
  return { kind: 'value', value };
}

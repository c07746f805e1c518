import type { TerminalSize } from '@toposcope/companion/protocol/names.js';
import type { TerminalLook } from './terminal-look';

/** The screen of a terminal, as the rest sees it. */
export interface Emulator {
  readonly size: TerminalSize;
  /** Resolves when the bytes are on the screen. */
  write(bytes: Uint8Array): Promise<void>;
  /** A line of our own. */
  print(text: string): void;
  /** As many rows and columns as there is room for. */
  fit(): void;
  focus(): void;
  clear(): void;
  /** As if it were typed, in the program's own way of telling that it was not. */
  paste(text: string): void;
  find(text: string, direction: 'next' | 'previous'): boolean;
  endSearch(): void;
  setLook(look: TerminalLook): void;
  /** Its element is in another window now. */
  moved(): void;
  dispose(): void;
}

export interface EmulatorEvents {
  readonly typed: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly resized: (size: TerminalSize) => void;
  readonly searchWanted: () => void;
  /** Several lines were pasted, which the program would take for typed ones. True: it is seen to, here or later. */
  readonly linesPasted: (text: string) => boolean;
}

export type CreateEmulator = (host: HTMLElement, look: TerminalLook, events: EmulatorEvents) => Emulator;

/** Loads the emulator from beside the plugin's own file. It is as large as all the rest, and few need it. */
export async function loadEmulator(pluginUrl: string, version: string): Promise<CreateEmulator> {
  const url = new URL(`${pluginUrl}/emulator.chunk.js?v=${encodeURIComponent(version)}`, document.baseURI);
  const loaded = (await import(url.href)) as { createEmulator: CreateEmulator };
  return loaded.createEmulator;
}

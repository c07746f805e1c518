import type { TerminalAction } from '@toposcope/companion/protocol/action.js';
import type { TerminalSize } from '@toposcope/companion/protocol/names.js';
import type { CreateEmulator, Emulator } from './emulator';
import { TerminalConnection, type TerminalEnd } from './terminal-connection';
import type { TerminalLook } from './terminal-look';
import { WriteQueue } from './write-queue';

export type TerminalState =
  | { readonly phase: 'opening' }
  | { readonly phase: 'open' }
  | { readonly phase: 'ended'; readonly end: TerminalEnd };

export interface LiveTerminalOptions {
  readonly url: string;
  readonly request: (size: TerminalSize) => TerminalAction;
  readonly load: () => Promise<CreateEmulator>;
  readonly look: TerminalLook;
}

/**
 * A terminal that lives on while what shows it comes and goes: its screen is an element of its own, which a view takes
 * in, and which can also stand in a window of its own.
 */
export class LiveTerminal {
  readonly element: HTMLDivElement;
  readonly #options: LiveTerminalOptions;
  readonly #listeners = new Set<() => void>();
  #look: TerminalLook;
  #state: TerminalState = { phase: 'opening' };
  #emulator: Emulator | undefined;
  #connection: TerminalConnection | undefined;
  #disposed = false;
  /** What happens when the user asks for the search by its keys. */
  onSearch: () => void = () => undefined;

  constructor(options: LiveTerminalOptions) {
    this.#options = options;
    this.#look = options.look;
    this.element = document.createElement('div');
    this.element.style.cssText = 'width:100%;height:100%;overflow:hidden';
    this.element.dataset.testid = 'toposcope-terminal';
    void this.#start();
  }

  get state(): TerminalState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Opens the same again, below what the screen shows. */
  reopen(): void {
    const emulator = this.#emulator;
    if (emulator === undefined) {
      void this.#start();
    } else {
      this.#connect(emulator);
      emulator.focus();
    }
  }

  fit(): void {
    this.#emulator?.fit();
  }

  focus(): void {
    this.#emulator?.focus();
  }

  clear(): void {
    this.#emulator?.clear();
  }

  find(text: string, direction: 'next' | 'previous'): boolean {
    return this.#emulator?.find(text, direction) ?? false;
  }

  endSearch(): void {
    this.#emulator?.endSearch();
  }

  setLook(look: TerminalLook): void {
    this.#look = look;
    this.#emulator?.setLook(look);
  }

  /** Its element was put into another window. */
  moved(): void {
    this.#emulator?.moved();
  }

  dispose(): void {
    this.#disposed = true;
    this.#connection?.close();
    this.#emulator?.dispose();
    this.element.remove();
    this.#listeners.clear();
  }

  async #start(): Promise<void> {
    this.#become({ phase: 'opening' });
    try {
      const create = await this.#options.load();
      if (this.#disposed) {
        return;
      }
      const emulator = create(this.element, this.#look, {
        typed: (bytes) => this.#connection?.type(bytes),
        resized: (size) => this.#connection?.resize(size),
        searchWanted: () => this.onSearch(),
      });
      this.#emulator = emulator;
      emulator.fit();
      this.#connect(emulator);
      emulator.focus();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#become({
        phase: 'ended',
        end: { message: `The terminal could not be loaded: ${reason}`, failed: true },
      });
    }
  }

  #connect(emulator: Emulator): void {
    this.#become({ phase: 'opening' });
    const queue = new WriteQueue(async (bytes) => {
      await emulator.write(bytes);
      connection.shown(bytes.length);
    });
    const connection = new TerminalConnection(this.#options.url, this.#options.request(emulator.size), {
      opened: () => {
        this.#become({ phase: 'open' });
        // It may have been resized between the request and the answer.
        connection.resize(emulator.size);
      },
      bytes: (bytes) => queue.push(bytes),
      ended: (end) => void queue.drained().then(() => this.#become({ phase: 'ended', end })),
    });
    this.#connection = connection;
  }

  #become(state: TerminalState): void {
    if (this.#disposed) {
      return;
    }
    this.#state = state;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

import type { TerminalAction } from '@toposcope/companion/protocol/action.js';
import type { TerminalSize } from '@toposcope/companion/protocol/names.js';
import type { CreateEmulator, Emulator } from './emulator';
import { pasteQuestion } from './pasted-lines';
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
  #waitingPaste: string | undefined;
  #asksBeforePaste = true;
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

  /** Several lines that were pasted, until `answerPaste` says what becomes of them. */
  get waitingPaste(): string | undefined {
    return this.#waitingPaste;
  }

  /** `always`: now, and from now on in this terminal without a question. */
  answerPaste(answer: 'once' | 'always' | 'never'): void {
    const text = this.#waitingPaste;
    this.#waitingPaste = undefined;
    this.#asksBeforePaste = this.#asksBeforePaste && answer !== 'always';
    this.#tell();
    if (text !== undefined && answer !== 'never') {
      this.#emulator?.paste(text);
    }
    this.#emulator?.focus();
  }

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
    window.removeEventListener('beforeunload', this.#askBeforeLeaving);
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
        linesPasted: (text) => this.#takePaste(text),
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
    if (state.phase === 'open') {
      window.addEventListener('beforeunload', this.#askBeforeLeaving);
    } else {
      window.removeEventListener('beforeunload', this.#askBeforeLeaving);
    }
    this.#tell();
  }

  /** The browser asks in its own words. A terminal ends with its page. */
  readonly #askBeforeLeaving = (event: BeforeUnloadEvent): void => event.preventDefault();

  #takePaste(text: string): boolean {
    if (!this.#asksBeforePaste) {
      return false;
    }
    const { ownerDocument } = this.element;
    if (ownerDocument !== document) {
      // In a window of its own, what is asked here would not be seen.
      return ownerDocument.defaultView?.confirm(pasteQuestion(text)) !== true;
    }
    this.#waitingPaste = text;
    this.#tell();
    return true;
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import css from '@xterm/xterm/css/xterm.css';
import type { Emulator, EmulatorEvents } from './emulator';
import { hasSeveralLines } from './pasted-lines';
import type { TerminalLook } from './terminal-look';

const SCROLLBACK_LINES = 10_000;

/** A screen in `host`. In a file of its own, which is loaded when the first terminal opens. */
export function createEmulator(host: HTMLElement, look: TerminalLook, events: EmulatorEvents): Emulator {
  const terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: true,
    fontFamily: look.fontFamily,
    fontSize: look.fontSize,
    // What it cannot read of a binary file is no fault to fill the browser's console with.
    logLevel: 'off',
    minimumContrastRatio: 4.5,
    scrollback: SCROLLBACK_LINES,
    theme: look.colors,
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(new WebLinksAddon());
  bringStyles(host.ownerDocument);
  terminal.open(host);
  const encoder = new TextEncoder();
  terminal.onData((text) => events.typed(encoder.encode(text)));
  terminal.onBinary((text) => events.typed(Uint8Array.from(text, (character) => character.charCodeAt(0))));
  terminal.onResize(({ cols, rows }) => events.resized({ columns: cols, rows }));
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type === 'keydown' && event.key === 'f' && (event.ctrlKey || event.metaKey) && event.shiftKey) {
      events.searchWanted();
      event.preventDefault();
      return false;
    }
    return true;
  });
  const pasted = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!terminal.modes.bracketedPasteMode && hasSeveralLines(text) && events.linesPasted(text)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  // Before the emulator's own listener, which is deeper.
  host.addEventListener('paste', pasted, { capture: true });
  return {
    get size() {
      return { columns: terminal.cols, rows: terminal.rows };
    },
    write: (bytes) => new Promise((resolve) => terminal.write(bytes, resolve)),
    print: (text) => terminal.writeln(text),
    fit: () => {
      // A hidden element has no size, and a size of one column would break every line.
      if (host.clientWidth > 0 && host.clientHeight > 0) {
        fit.fit();
      }
    },
    focus: () => terminal.focus(),
    clear: () => terminal.clear(),
    paste: (text) => terminal.paste(text),
    find: (text, direction) => {
      const options = { decorations: MATCHES, incremental: direction === 'next' };
      return direction === 'next' ? search.findNext(text, options) : search.findPrevious(text, options);
    },
    endSearch: () => search.clearDecorations(),
    setLook: ({ fontFamily, fontSize, colors }) => {
      Object.assign(terminal.options, { fontFamily, fontSize, theme: colors });
    },
    moved: () => {
      bringStyles(host.ownerDocument);
      // Tells it that it is in another window now.
      terminal.open(host);
      fit.fit();
    },
    dispose: () => {
      host.removeEventListener('paste', pasted, { capture: true });
      terminal.dispose();
    },
  };
}

const MATCHES = {
  matchBackground: '#8a6d00',
  matchOverviewRuler: '#f2cc0c',
  activeMatchBackground: '#c15c17',
  activeMatchColorOverviewRuler: '#ff9830',
};

const STYLE_ID = 'toposcope-terminal-style';

function bringStyles(document: Document): void {
  if (document.getElementById(STYLE_ID) === null) {
    const style = document.createElement('style');
    style.id = STYLE_ID;
    style.textContent = css;
    document.head.append(style);
  }
}

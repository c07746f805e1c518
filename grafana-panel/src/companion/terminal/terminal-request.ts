import type { TerminalAction } from '@toposcope/companion/protocol/action.js';
import type { TerminalSize } from '@toposcope/companion/protocol/names.js';
import type { ToolKind } from '../dock/tools';

/** What a terminal of this kind asks the gateway for. */
export function terminalRequest(kind: ToolKind, size: TerminalSize): TerminalAction {
  return kind === 'attach' || kind === 'host-shell'
    ? { action: kind, size }
    : { action: 'exec', command: ['/bin/sh', '-c', BEST_SHELL], size };
}

/** Bash where the image has it, else the shell that it has. */
const BEST_SHELL = 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi';

import { isSameTarget, type Target } from '../target';

export type ToolKind = 'exec' | 'attach' | 'host-shell' | 'logs' | 'processes' | 'describe';

/** Something that is open in the dock: a terminal, a log or a list. */
export interface Tool {
  readonly id: string;
  readonly kind: ToolKind;
  readonly target: Target;
}

/** What is open in the dock of one panel, in the order of its tabs. */
export interface OpenTools {
  readonly tools: readonly Tool[];
  /** The id of the one that is seen; undefined when none is open. */
  readonly shown: string | undefined;
}

export const NO_TOOLS: OpenTools = { tools: [], shown: undefined };

/** Opens a tool and shows it; a log or a list that is open already is only shown, a terminal is always another one. */
export function openTool(open: OpenTools, tool: Tool): OpenTools {
  const same = isTerminal(tool.kind)
    ? undefined
    : open.tools.find(({ kind, target }) => kind === tool.kind && isSameTarget(target, tool.target));
  return same === undefined ? { tools: [...open.tools, tool], shown: tool.id } : { ...open, shown: same.id };
}

/** Closes a tool; its neighbour is shown in its place. */
export function closeTool({ tools, shown }: OpenTools, id: string): OpenTools {
  const index = tools.findIndex((tool) => tool.id === id);
  const left = tools.filter((tool) => tool.id !== id);
  return { tools: left, shown: shown === id ? (left[index] ?? left.at(-1))?.id : shown };
}

export function isTerminal(kind: ToolKind): kind is 'exec' | 'attach' | 'host-shell' {
  return kind === 'exec' || kind === 'attach' || kind === 'host-shell';
}

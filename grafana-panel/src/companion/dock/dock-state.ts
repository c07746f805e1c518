import { closeTool, NO_TOOLS, openTool, type OpenTools, type Tool } from './tools';
import type { LiveTerminal } from '../terminal/live-terminal';

/** How long terminals wait for a panel that has gone to come back, as it does when the dashboard is edited. */
const KEPT_MS = 60_000;

/** What is open below one panel. It outlives the panel's own component, which a dashboard makes anew at will. */
export class DockState {
  /** By the tool's id; made by the view that shows it first. */
  readonly terminals = new Map<string, LiveTerminal>();
  readonly #listeners = new Set<() => void>();
  #open: OpenTools = NO_TOOLS;
  #ending: ReturnType<typeof setTimeout> | undefined;

  get open(): OpenTools {
    return this.#open;
  }

  subscribe = (listener: () => void): (() => void) => {
    clearTimeout(this.#ending);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        this.#ending = setTimeout(() => this.closeAll(), KEPT_MS);
      }
    };
  };

  add(tool: Tool): void {
    this.#become(openTool(this.#open, tool));
  }

  show(id: string): void {
    this.#become({ ...this.#open, shown: id });
  }

  close(id: string): void {
    this.terminals.get(id)?.dispose();
    this.terminals.delete(id);
    this.#become(closeTool(this.#open, id));
  }

  closeAll(): void {
    for (const { id } of this.#open.tools) {
      this.close(id);
    }
  }

  #become(open: OpenTools): void {
    this.#open = open;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

const states = new Map<string, DockState>();

/** The dock of the panel with this key; the same one each time. */
export function dockOf(panel: string): DockState {
  const state = states.get(panel) ?? new DockState();
  states.set(panel, state);
  return state;
}

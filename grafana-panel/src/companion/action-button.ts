import type { CommandAction, ObjectCommand } from '@toposcope/companion/protocol/action.js';

/** A button that does something to the target at once, or after a question. */
export interface ActionButton {
  readonly key: string;
  readonly label: string;
  /** Grafana's name of it; a policy may name one that this Grafana has not. */
  readonly icon: string;
  readonly action: CommandAction | ObjectCommand;
  /** What is asked before it is done; absent: nothing. */
  readonly question?: string;
  readonly destructive: boolean;
}

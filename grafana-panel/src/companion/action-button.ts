import type { IconName } from '@grafana/data';
import type { CommandAction, ObjectCommand } from '@toposcope/companion/protocol/action.js';

/** A button that does something to the target at once, or after a question. */
export interface ActionButton {
  readonly key: string;
  readonly label: string;
  readonly icon: IconName;
  readonly action: CommandAction | ObjectCommand;
  /** What is asked before it is done; absent: nothing. */
  readonly question?: string;
  readonly destructive: boolean;
}

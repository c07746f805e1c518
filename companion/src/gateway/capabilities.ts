import type { Decision } from '../policy/decide.js';
import type { ActionName } from '../protocol/action.js';
import type { Capabilities } from '../protocol/requests.js';
import type { Caller } from './caller.js';

/** Who asks, and which of `actions` would be done for them on `host`, and why the others would not. */
export function capabilities(
  { user, role, tier }: Caller,
  host: string,
  actions: readonly ActionName[],
  decide: (action: ActionName) => Decision,
): Pick<Capabilities, 'user' | 'role' | 'tier' | 'host' | 'allowed' | 'refused'> {
  const allowed: ActionName[] = [];
  const refused: Capabilities['refused'] = {};
  for (const action of actions) {
    const decision = decide(action);
    if (decision.allowed) {
      allowed.push(action);
    } else {
      refused[action] = decision.reason;
    }
  }
  return { user, role, tier, host, allowed, refused };
}

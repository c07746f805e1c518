import { Problem } from '../protocol/problems.js';
import type { Started } from './attempts.js';

const LOOK_EVERY_MS = 2_000;

/**
 * Looks whether what goes on would still be allowed, since a rule that is taken away must end what runs by it. Calls
 * `refused` once when it would not.
 *
 * @returns ends the looking
 */
export function watchPolicy(
  { decideAgain }: Pick<Started, 'decideAgain'>,
  refused: (problem: Problem) => void,
): () => void {
  const timer = setInterval(() => {
    const decision = decideAgain();
    if (!decision.allowed) {
      clearInterval(timer);
      refused(new Problem(decision.code, `It is not allowed any more. ${decision.reason}`));
    }
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

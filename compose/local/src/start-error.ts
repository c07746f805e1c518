/** Why the stack cannot start or go on: what failed, on what, and what to do. Shown without a stack trace. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

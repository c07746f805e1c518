/** What whoever starts a part of the stack gives and wants of it. */
export interface StackContext {
  readonly repository: string;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
  /** Aborted when the user wants to stop before the start is over. */
  readonly signal: AbortSignal;
  /** Whatever is started is given here at once; the caller ends it in the reverse order. */
  readonly onStop: (stop: () => Promise<void>) => void;
}

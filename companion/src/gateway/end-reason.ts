/** Why a session ended, for its last message. */
export type Reason =
  'the program ended' | 'nobody typed for too long' | 'it was open for too long' | 'the other side left';

/** The first of all things that end a session, and the clocks that are two of them. */
export class EndReason {
  readonly #withResolvers = withResolvers<Reason>();
  readonly #total: NodeJS.Timeout;
  readonly #idle: NodeJS.Timeout;

  constructor(totalMs: number, idleMs: number) {
    this.#total = setTimeout(() => this.because('it was open for too long'), totalMs);
    this.#idle = setTimeout(() => this.because('nobody typed for too long'), idleMs);
  }

  get promise(): Promise<Reason> {
    return this.#withResolvers.promise;
  }

  postpone(): void {
    this.#idle.refresh();
  }

  because(reason: Reason): void {
    this.#stop();
    this.#withResolvers.resolve(reason);
  }

  fail(error: unknown): void {
    this.#stop();
    this.#withResolvers.reject(error);
  }

  #stop(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#idle);
  }
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** What a runtime that is lost and found again answers to `settle`: see Runtime. */
export class Settlement {
  private ask: (() => Promise<void>) | undefined;
  private lostAt = -Infinity;

  /** A runtime that has been away for longer than that (milliseconds) is taken for one that makes nothing. */
  constructor(
    private readonly socketPath: string,
    private readonly patienceMs: number,
  ) {}

  /** It answers, and is asked like this from now on. */
  begin(ask: () => Promise<void>): void {
    this.ask = ask;
  }

  /** It does not answer any more; it may have made containers since it last did. */
  end(): void {
    this.lostAt = this.ask === undefined ? this.lostAt : performance.now();
    this.ask = undefined;
  }

  /** Rejects while it does not answer and may have made containers. */
  readonly settle = (): Promise<void> => this.ask?.() ?? this.whileLost();

  private whileLost(): Promise<void> {
    return performance.now() - this.lostAt < this.patienceMs
      ? Promise.reject(new Error(`the container runtime at ${this.socketPath} does not answer`))
      : Promise.resolve();
  }
}

/** Long work in slices: lets the event loop run whenever one is used up, and adds up what they have cost. */
export class Pacer {
  private sliceEnd: number;
  private sliceCpu = process.cpuUsage();
  private cpuUs = 0;

  /** `now` is in milliseconds. */
  constructor(private readonly now: () => number) {
    this.sliceEnd = now() + SLICE_MS;
  }

  /** Milliseconds of processors, without what others have used in between. */
  get cpuMs(): number {
    return (this.cpuUs + this.sliceCpuUs()) / 1_000;
  }

  readonly pause = async (): Promise<void> => {
    if (this.now() >= this.sliceEnd) {
      await this.during(new Promise((resolve) => setImmediate(resolve)));
    }
  };

  /** Waits for something of others'. */
  async during<Value>(others: Promise<Value>): Promise<Value> {
    this.cpuUs += this.sliceCpuUs();
    try {
      return await others;
    } finally {
      this.sliceCpu = process.cpuUsage();
      this.sliceEnd = this.now() + SLICE_MS;
    }
  }

  private sliceCpuUs(): number {
    const { user, system } = process.cpuUsage(this.sliceCpu);
    return user + system;
  }
}

const SLICE_MS = 8;

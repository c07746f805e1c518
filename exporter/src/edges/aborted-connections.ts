/**
 * Connections that one end tore down with a reset, both ends on this host. The end that did it (SO_LINGER of 0, as
 * health checks use) has forgotten everything when its socket is destroyed: its counters, its own address and the
 * port it had dialled. The end that was reset still knows.
 */
export interface AbortedEnd {
  /** The port that was dialled. */
  readonly port: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly endedAt: number;
}

/** Remembers ends that were reset, until their other end asks or a while has passed. */
export class AbortedConnections {
  private readonly ends = new Map<string, AbortedEnd>();

  /** `address` is where the reset end listened, `clientPort` the port of the client that reset it. */
  note(address: string, clientPort: number, end: AbortedEnd): void {
    this.ends.set(keyOf(address, clientPort), end);
    if (this.ends.size > MOST_ENDS) {
      const [oldest] = this.ends.keys();
      if (oldest !== undefined) {
        this.ends.delete(oldest);
      }
    }
  }

  /** The other end of what a client aborted; it is told once. */
  take(address: string, clientPort: number, now: number): AbortedEnd | undefined {
    const key = keyOf(address, clientPort);
    const end = this.ends.get(key);
    this.ends.delete(key);
    return end !== undefined && now - end.endedAt < MEMORY_MS ? end : undefined;
  }
}

const MOST_ENDS = 10_000;
/** A port may be used again. */
const MEMORY_MS = 10_000;

function keyOf(address: string, clientPort: number): string {
  return `${address} ${clientPort}`;
}

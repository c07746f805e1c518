import type { Connection } from './connections';
import type { Traffic } from './topology';

/** Adds up the traffic of rows. What no row measured stays null. */
export class Tally {
  #open = 0;
  #opened = 0;
  #closed = 0;
  #failed = 0;
  #requestBytes: number | null = null;
  #responseBytes: number | null = null;
  #retransmits: number | null = null;
  #rttSum = 0;
  #rttCount = 0;

  /** What a client sends is the request; a server's row sees the same from the other side. */
  add({ role, numbers }: Connection): void {
    this.#open += numbers.open ?? 0;
    this.#opened += numbers.opened ?? 0;
    this.#closed += numbers.closed ?? 0;
    this.#failed += numbers.failed ?? 0;
    const [request, response] =
      role === 'client' ? [numbers.sent, numbers.received] : [numbers.received, numbers.sent];
    this.#requestBytes = plus(this.#requestBytes, request);
    this.#responseBytes = plus(this.#responseBytes, response);
    this.#retransmits = plus(this.#retransmits, numbers.retransmits);
    this.#rttSum += numbers.rttSum ?? 0;
    this.#rttCount += numbers.rttCount ?? 0;
  }

  traffic(): Traffic {
    return {
      open: this.#open,
      opened: this.#opened,
      closed: this.#closed,
      failed: this.#failed,
      requestBytes: this.#requestBytes,
      responseBytes: this.#responseBytes,
      retransmits: this.#retransmits,
      rtt: this.#rttCount > 0 ? this.#rttSum / this.#rttCount : null,
    };
  }
}

/** Bytes per second both ways, unmeasured ones as nothing: for ordering only. */
export function bytesOf({ requestBytes, responseBytes }: Traffic): number {
  return (requestBytes ?? 0) + (responseBytes ?? 0);
}

function plus(sum: number | null, value: number | undefined): number | null {
  return value === undefined ? sum : (sum ?? 0) + value;
}

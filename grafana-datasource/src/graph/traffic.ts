import type { Connection } from './connections';
import type { Traffic } from './topology';

/** The sum over rows. What no row measured stays null. A server's row sees from the other side what its client sends. */
export function trafficOf(rows: readonly Connection[]): Traffic {
  const sum = {
    open: 0,
    opened: 0,
    closed: 0,
    failed: 0,
    requestBytes: null as number | null,
    responseBytes: null as number | null,
    retransmits: null as number | null,
    rtt: null as number | null,
  };
  let rttSum = 0;
  let rttCount = 0;
  for (const row of rows) {
    const isClient = row.role === 'client';
    sum.open += row.open ?? 0;
    sum.opened += row.opened ?? 0;
    sum.closed += row.closed ?? 0;
    sum.failed += row.failed ?? 0;
    sum.requestBytes = plus(sum.requestBytes, isClient ? row.sent : row.received);
    sum.responseBytes = plus(sum.responseBytes, isClient ? row.received : row.sent);
    sum.retransmits = plus(sum.retransmits, row.retransmits);
    rttSum += row.rttSum ?? 0;
    rttCount += row.rttCount ?? 0;
  }
  if (rttCount > 0) {
    sum.rtt = rttSum / rttCount;
  }
  return sum;
}

/** Bytes per second both ways, unmeasured ones as nothing: for ordering only. */
export function bytesOf({ requestBytes, responseBytes }: Traffic): number {
  return (requestBytes ?? 0) + (responseBytes ?? 0);
}

function plus(sum: number | null, value: number | undefined): number | null {
  return value === undefined ? sum : (sum ?? 0) + value;
}

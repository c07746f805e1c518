import type { Connection, Connections } from './connections';
import type { Traffic } from './topology';

/** Of an edge that is no connection. */
export const NO_TRAFFIC: Traffic = {
  open: 0,
  opened: 0,
  closed: 0,
  failed: 0,
  requestBytes: null,
  responseBytes: null,
  retransmits: null,
  rtt: null,
};

/** The sum over rows. What no row measured stays null. A server's row sees from the other side what its client sends. */
export function trafficOf(rows: readonly Connection[], numbers: Connections['numbers']): Traffic {
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
  for (const { role, place } of rows) {
    const [sent, received] = [numbers.sent[place], numbers.received[place]];
    sum.open += orNothing(numbers.open[place]);
    sum.opened += orNothing(numbers.opened[place]);
    sum.closed += orNothing(numbers.closed[place]);
    sum.failed += orNothing(numbers.failed[place]);
    sum.requestBytes = plus(sum.requestBytes, role === 'client' ? sent : received);
    sum.responseBytes = plus(sum.responseBytes, role === 'client' ? received : sent);
    sum.retransmits = plus(sum.retransmits, numbers.retransmits[place]);
    rttSum += orNothing(numbers.rttSum[place]);
    rttCount += orNothing(numbers.rttCount[place]);
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
  return isMeasured(value) ? (sum ?? 0) + value : sum;
}

function orNothing(value: number | undefined): number {
  return isMeasured(value) ? value : 0;
}

function isMeasured(value: number | undefined): value is number {
  return value !== undefined && !Number.isNaN(value);
}

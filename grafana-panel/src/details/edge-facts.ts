import type { TopologyEdge, Traffic } from 'toposcope-topology-datasource/graph/topology';
import { retransmitShare } from '../trouble/retransmit-share';
import { UNMEASURED } from './unmeasured';

export type EdgeFact = readonly [name: string, value: string];

/** What an edge is, in a few words. */
export function natureOf({ kind }: TopologyEdge): string {
  switch (kind) {
    case 'membership':
      return 'Belongs to it: no connection, and no traffic';
    case 'custom':
      return 'Of your own queries';
    case undefined:
      return 'Connection, client to server';
  }
}

/**
 * The figures of an edge, the most telling first: of a connection its traffic, of the user's own edge its value.
 *
 * @param format Writes a value of a unit.
 */
export function edgeFacts(
  { kind, value, traffic }: TopologyEdge,
  format: (value: number | null, unit: string) => string,
): readonly EdgeFact[] {
  if (kind === 'membership') {
    return [];
  }
  if (value) {
    return [[value.label, format(value.value, value.unit)]];
  }
  const rate = (number: number | null) => (number === null ? UNMEASURED : `${format(number, 'short')}/s`);
  return [
    ['Open now', format(traffic.open, 'short')],
    ['Sent', format(traffic.requestBytes, 'Bps')],
    ['Answered', format(traffic.responseBytes, 'Bps')],
    ['Failed', rate(traffic.failed)],
    ['Opened', rate(traffic.opened)],
    ['Closed', rate(traffic.closed)],
    ['Retransmits', rate(traffic.retransmits) + shareText(traffic, format)],
    ['Round trip', format(traffic.rtt, 's')],
  ];
}

/** ` (2%)`, or nothing. */
function shareText(traffic: Traffic, format: (value: number | null, unit: string) => string): string {
  const share = retransmitShare(traffic);
  return share === null || share === 0 ? '' : ` (${format(share, 'percentunit')})`;
}

import type { Traffic } from 'toposcope-topology-datasource/graph/topology';

/** Bytes of a full segment: an Ethernet frame's 1,500 without the headers of IPv4 and TCP and its timestamps. */
const SEGMENT = 1_448;
/** From here on an edge is lossy: each twentieth segment, and one in ten seconds at least. */
const MUCH = { share: 0.05, perSecond: 0.1 } as const;

/**
 * What share of its segments an edge sends again, if all are full; where they are smaller it is less. Null: not
 * measured, or nothing flows.
 */
export function retransmitShare({ requestBytes, responseBytes, retransmits }: Traffic): number | null {
  const bytes = (requestBytes ?? 0) + (responseBytes ?? 0);
  return retransmits === null || bytes === 0 ? null : Math.min(1, (retransmits * SEGMENT) / bytes);
}

/** So much is sent again that who waits for it notices. */
export function isLossy(traffic: Traffic): boolean {
  return (
    (traffic.retransmits ?? 0) >= MUCH.perSecond && (retransmitShare(traffic) ?? MUCH.share) >= MUCH.share
  );
}

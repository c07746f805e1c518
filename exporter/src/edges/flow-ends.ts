import type { TrackedFlow } from '../kernel/conntrack.js';
import { isGroup, isUnspecified } from '../kernel/ip-address.js';
import type { Role } from './edge.js';
import { EMBEDDED_RESOLVER } from './embedded-resolver.js';
import type { Endpoint } from './endpoint.js';

/** One end of a UDP flow as its socket sees it; bytes are payload. */
export interface FlowEndView {
  /** As of TrackedFlow. */
  readonly id: number;
  /** As of TrackedFlow. */
  readonly secondsLeft: number;
  readonly role: Role;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  /** The server as it answers, behind any translation. */
  readonly server: Endpoint;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Both ways; 0 where neither they nor bytes are counted (net.netfilter.nf_conntrack_acct). */
  readonly packets: number;
  /** What was tracked is only the one way: from the client, or, where tracking did not see it ask, from the server. */
  readonly isOnly: 'asked' | 'answered' | undefined;
}

/**
 * What both ends of a tracked UDP flow see; `isBoundHere` says whether a socket of this host has that end. Nothing for
 * what has no peer (multicast, broadcast) and for the engine's resolver inside a container.
 */
export function endsOfFlow(
  flow: TrackedFlow,
  firstEphemeralPort: number,
  isBoundHere: (endpoint: Endpoint) => boolean,
): readonly FlowEndView[] {
  const { original, reply } = flow;
  const dialled = { address: original.destination, port: original.destinationPort };
  const server = { address: reply.source, port: reply.sourcePort };
  if (isNobody(dialled.address) || isNobody(original.source) || server.address === EMBEDDED_RESOLVER) {
    return [];
  }
  const client = { address: original.source, port: original.sourcePort };
  const seenClient = { address: reply.destination, port: reply.destinationPort };
  const up = payloadBytes(original.source, flow.originalBytes, flow.originalPackets);
  const down = payloadBytes(original.source, flow.replyBytes, flow.replyPackets);
  // Tracking that begins in the middle of an exchange takes whoever speaks next for the client.
  const isTurned =
    client.port < firstEphemeralPort &&
    server.port >= firstEphemeralPort &&
    // A server may well have an ephemeral port, and be dialled through translation from a lower one.
    (client.port < FIRST_UNPRIVILEGED_PORT || isBoundHere(client) || !isBoundHere(server));
  const oneWay = isTurned ? 'answered' : 'asked';
  const rest = {
    id: flow.id,
    secondsLeft: flow.secondsLeft,
    packets: flow.originalPackets + flow.replyPackets,
    isOnly: flow.isAnswered ? undefined : oneWay,
  } as const;
  if (isTurned) {
    return [
      {
        role: 'client',
        local: server,
        peer: seenClient,
        server: client,
        sentBytes: down,
        receivedBytes: up,
        ...rest,
      },
      {
        role: 'server',
        local: client,
        peer: dialled,
        server: client,
        sentBytes: up,
        receivedBytes: down,
        ...rest,
      },
    ];
  }
  return [
    { role: 'client', local: client, peer: dialled, server, sentBytes: up, receivedBytes: down, ...rest },
    {
      role: 'server',
      local: server,
      peer: seenClient,
      server,
      sentBytes: down,
      receivedBytes: up,
      ...rest,
    },
  ];
}

/** Below it only servers get a port (net.ipv4.ip_unprivileged_port_start). */
const FIRST_UNPRIVILEGED_PORT = 1_024;

function isNobody(address: string): boolean {
  return isGroup(address) || isUnspecified(address) || address === EMBEDDED_RESOLVER;
}

/** Connection tracking counts whole packets: the header of IP, without options, and the 8 bytes of UDP's. */
function payloadBytes(address: string, bytes: number, packets: number): number {
  return Math.max(0, bytes - packets * ((address.includes(':') ? 40 : 20) + 8));
}

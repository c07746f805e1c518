import type { Endpoint } from '../edges/endpoint.js';
import type { ConnectionTuple, Translation } from '../edges/surroundings.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { FlowTuple, TrackedFlow } from '../kernel/conntrack.js';
import type { IpAddress } from '../kernel/ip-address.js';
import type { SocketSource } from '../kernel/socket-source.js';

/**
 * Where connections really go, and really come from, by what conntrack has recorded. One lookup is a system call or
 * two, so destinations that turn out not to be translated are left alone for a while.
 */
export class AddressTranslation {
  private readonly untranslated = new Map<string, number>();

  constructor(
    private readonly source: Pick<SocketSource, 'findFlow'>,
    /** Whether an address is one of this host. */
    private readonly isHere: (address: IpAddress) => boolean,
    private readonly now: () => number,
  ) {}

  /** A client's connection as its server sees it; undefined when that is as the client does, or on another host. */
  actualDestination({ inode }: TrackedNamespace, connection: ConnectionTuple): Translation | undefined {
    const { protocol, localAddress, localPort, peerAddress, peerPort } = connection;
    const key = `> ${inode} ${protocol} ${peerAddress} ${peerPort}`;
    if (peerPort === 0 || this.isUntranslated(key)) {
      return undefined;
    }
    const forth = flowOf(connection);
    const back = backOf(this.source.findFlow(inode, protocol, forth, 'original'), forth);
    const isAsDialled = back?.source === peerAddress && back.sourcePort === peerPort;
    // Elsewhere it is no matter from where it seems to come: most of what leaves a host is masqueraded.
    const isAsSent =
      !this.isHere(peerAddress) || (back?.destination === localAddress && back.destinationPort === localPort);
    if (back === undefined || (isAsDialled && isAsSent)) {
      this.noteUntranslated(key);
      return undefined;
    }
    return {
      server: { address: back.source, port: back.sourcePort },
      client: { address: back.destination, port: back.destinationPort },
    };
  }

  /** Who dialled what a server accepted, when another address than its own stands there. */
  actualSource({ inode }: TrackedNamespace, connection: ConnectionTuple): Endpoint | undefined {
    const { protocol, localPort, peerAddress, peerPort } = connection;
    const key = `< ${inode} ${protocol} ${localPort} ${peerAddress}`;
    if (this.isUntranslated(key)) {
      return undefined;
    }
    const forth = flowOf(connection);
    const back = backOf(this.source.findFlow(inode, protocol, forth, 'reply'), forth);
    if (back === undefined || (back.source === peerAddress && back.sourcePort === peerPort)) {
      this.noteUntranslated(key);
      return undefined;
    }
    return { address: back.source, port: back.sourcePort };
  }

  private isUntranslated(key: string): boolean {
    return (this.untranslated.get(key) ?? -Infinity) > this.now();
  }

  private noteUntranslated(key: string): void {
    if (this.untranslated.size >= MOST_NOTED) {
      this.untranslated.clear();
    }
    this.untranslated.set(key, this.now() + UNTRANSLATED_MS);
  }
}

/** A port may be published while connections to it already fail; not for longer than this is it then misread. */
const UNTRANSLATED_MS = 10_000;
const MOST_NOTED = 20_000;

/** What comes back. The kernel finds a flow by either direction, and whoever it saw send first began it. */
function backOf(flow: TrackedFlow | undefined, forth: FlowTuple): FlowTuple | undefined {
  return flow && (isSame(flow.original, forth) ? flow.reply : flow.original);
}

function isSame(one: FlowTuple, other: FlowTuple): boolean {
  return (
    one.source === other.source &&
    one.sourcePort === other.sourcePort &&
    one.destination === other.destination &&
    one.destinationPort === other.destinationPort
  );
}

/** The connection as packets from this end carry it. */
function flowOf({ localAddress, localPort, peerAddress, peerPort }: ConnectionTuple): FlowTuple {
  return {
    source: localAddress,
    sourcePort: localPort,
    destination: peerAddress,
    destinationPort: peerPort,
  };
}

import { localOf, peerOf, type Endpoint } from '../edges/endpoint.js';
import type { ConnectionTuple, Translation } from '../edges/surroundings.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { FlowTuple, TrackedFlow } from '../kernel/conntrack.js';
import type { IpAddress } from '../kernel/ip-address.js';
import type { SocketProtocol } from '../kernel/socket-record.js';
import type { SocketSource } from '../kernel/socket-source.js';

/**
 * Where connections really go, and really come from, by what conntrack has recorded. One lookup is a system call or
 * two, so destinations that turn out not to be translated are left alone for a while.
 */
export class AddressTranslation {
  private readonly untranslated = new Map<string, number>();

  constructor(
    private readonly source: Pick<SocketSource, 'findFlow'>,
    /** The network namespaces of this host that have an address. */
    private readonly namespacesOf: (address: IpAddress) => readonly TrackedNamespace[],
    private readonly now: () => number,
  ) {}

  /** A client's connection as its server sees it; undefined when that is as the client does, or on another host. */
  actualDestination(from: TrackedNamespace, connection: ConnectionTuple): Translation | undefined {
    const onTheWay = this.translatedOnTheWay(from, connection);
    const arrived = onTheWay ?? { client: localOf(connection), server: peerOf(connection) };
    return this.translatedThere(from, connection.protocol, arrived) ?? onTheWay;
  }

  /** Where it starts, or where it is routed. */
  private translatedOnTheWay(
    { inode }: TrackedNamespace,
    connection: ConnectionTuple,
  ): Translation | undefined {
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
      this.namespacesOf(peerAddress).length === 0 ||
      (back?.destination === localAddress && back.destinationPort === localPort);
    if (back === undefined || (isAsDialled && isAsSent)) {
      this.noteUntranslated(key);
      return undefined;
    }
    return translationOf(back);
  }

  /** Where it arrives: a service mesh leads what comes for a program to the proxy beside it. */
  private translatedThere(
    from: TrackedNamespace,
    protocol: SocketProtocol,
    { client, server }: Translation,
  ): Translation | undefined {
    const [place, ...others] = this.namespacesOf(server.address);
    if (place === undefined || place === from || others.length > 0) {
      return undefined;
    }
    const key = `@ ${place.inode} ${protocol} ${server.address} ${server.port}`;
    if (server.port === 0 || this.isUntranslated(key)) {
      return undefined;
    }
    const forth = {
      ...{ source: client.address, sourcePort: client.port },
      ...{ destination: server.address, destinationPort: server.port },
    };
    const back = backOf(this.source.findFlow(place.inode, protocol, forth, 'original'), forth);
    if (back === undefined || (back.source === server.address && back.sourcePort === server.port)) {
      this.noteUntranslated(key);
      return undefined;
    }
    return translationOf(back);
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

function translationOf({ source, sourcePort, destination, destinationPort }: FlowTuple): Translation {
  return {
    server: { address: source, port: sourcePort },
    client: { address: destination, port: destinationPort },
  };
}

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

import type { Endpoint } from '../edges/endpoint.js';
import type { ConnectionTuple, Translation } from '../edges/surroundings.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { FlowTuple } from '../kernel/conntrack.js';
import type { IpAddress } from '../kernel/ip-address.js';
import type { SocketSource } from '../kernel/socket-source.js';

/**
 * Where connections really go, and really come from, by what conntrack has recorded. One lookup is a system call or
 * two, so destinations that turn out not to be translated are left alone for a while.
 */
export class AddressTranslation {
  private readonly untranslated = new Map<string, number>();

  constructor(
    private readonly source: SocketSource,
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
    const reply = this.source.findFlow(inode, protocol, flowOf(connection), 'original')?.reply;
    const isAsDialled = reply?.source === peerAddress && reply.sourcePort === peerPort;
    // Elsewhere it is no matter from where it seems to come: most of what leaves a host is masqueraded.
    const isAsSent =
      !this.isHere(peerAddress) ||
      (reply?.destination === localAddress && reply.destinationPort === localPort);
    if (reply === undefined || (isAsDialled && isAsSent)) {
      this.noteUntranslated(key);
      return undefined;
    }
    return {
      server: { address: reply.source, port: reply.sourcePort },
      client: { address: reply.destination, port: reply.destinationPort },
    };
  }

  /** Who dialled what a server accepted, when another address than its own stands there. */
  actualSource({ inode }: TrackedNamespace, connection: ConnectionTuple): Endpoint | undefined {
    const { protocol, localPort, peerAddress, peerPort } = connection;
    const key = `< ${inode} ${protocol} ${localPort} ${peerAddress}`;
    if (this.isUntranslated(key)) {
      return undefined;
    }
    const original = this.source.findFlow(inode, protocol, flowOf(connection), 'reply')?.original;
    if (original === undefined || (original.source === peerAddress && original.sourcePort === peerPort)) {
      this.noteUntranslated(key);
      return undefined;
    }
    return { address: original.source, port: original.sourcePort };
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

/** The connection as packets from this end carry it. */
function flowOf({ localAddress, localPort, peerAddress, peerPort }: ConnectionTuple): FlowTuple {
  return {
    source: localAddress,
    sourcePort: localPort,
    destination: peerAddress,
    destinationPort: peerPort,
  };
}

import type { SocketProtocol } from '../kernel/socket-record.js';
import { EndedConnections } from './ended-connections.js';
import { peerOf, type End, type Endpoint } from './endpoint.js';
import type { LoneEnds } from './lone-ends.js';
import type { PairedEndings } from './paired-endings.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import type { TrackedSocket } from './tracked-socket.js';
import { keyOfFlowEnd } from './udp-flow-end.js';

/** What tells about a socket who holds it. */
export type HeldSocket = Pick<TrackedSocket, 'inode' | 'cgroupId'> & Partial<Pick<TrackedSocket, 'owner'>>;

interface OfNamespace {
  readonly byLocalPort: ReadonlyMap<number, readonly TrackedSocket[]>;
  readonly byPeerPort: ReadonlyMap<number, readonly TrackedSocket[]>;
}

/**
 * Finds the socket at the other end of a connection among those that the last pass found open, and among those that
 * have ended since. What is found in a namespace is put in order when it is first asked for.
 */
export class OtherEnds {
  readonly ended = new EndedConnections();
  private ofNamespace = new WeakMap<TrackedNamespace, OfNamespace>();

  constructor(
    private readonly endings: PairedEndings,
    private readonly lone: LoneEnds,
    private readonly flowEnds: ReadonlyMap<string, { readonly socket: HeldSocket }>,
  ) {}

  /** A pass has ended: there may be others now. */
  reset(): void {
    this.ofNamespace = new WeakMap();
    this.ended.age();
  }

  /** The client's socket in `namespace` that has `client` as its own end, and that `server` has accepted. */
  client(
    namespace: TrackedNamespace,
    protocol: SocketProtocol,
    client: Endpoint,
    server: Endpoint,
    heardAt: number,
  ): HeldSocket | undefined {
    const sockets = (this.order(namespace).byLocalPort.get(client.port) ?? []).filter(
      (socket) =>
        socket.protocol === protocol && socket.localAddress === client.address && wasThere(socket, heardAt),
    );
    const exact = sockets.find((socket) => isSame(socket.actual ?? peerOf(socket), server));
    // One that dialled another address may have been led here unseen. But a port serves for many: whose is not said.
    const led = sockets.filter(({ established, actual }) => established && actual === undefined);
    const socket = exact ?? (led.length === 1 ? SOMEBODYS : undefined);
    return socket ?? (protocol === 'udp' ? this.udpClient(namespace, client, server) : undefined);
  }

  /** Whether a connection that `server` accepted from `client` is open in `namespace`, or a flow is tracked. */
  hasServer(
    namespace: TrackedNamespace,
    protocol: SocketProtocol,
    server: Endpoint,
    client: Endpoint,
    heardAt: number,
  ): boolean {
    if (protocol === 'udp' && this.flowEnds.has(keyOfFlowEnd(namespace, server, client))) {
      return true;
    }
    return this.server(namespace, protocol, server, client, heardAt) !== undefined;
  }

  /** The server's socket in `namespace` of a connection that `server` accepted from `client`. */
  server(
    namespace: TrackedNamespace,
    protocol: SocketProtocol,
    server: Endpoint,
    client: Endpoint,
    heardAt: number,
  ): HeldSocket | undefined {
    return (this.order(namespace).byPeerPort.get(client.port) ?? []).find(
      (socket) =>
        socket.protocol === protocol &&
        socket.peerAddress === client.address &&
        socket.localPort === server.port &&
        socket.localAddress === server.address &&
        wasThere(socket, heardAt),
    );
  }

  /** Where a connection between those ends has just ended; several where networks overlap. */
  endedIn(protocol: SocketProtocol, local: Endpoint, peer: Endpoint): readonly TrackedNamespace[] {
    const places = this.ended.placesOf(protocol, local, peer);
    const waiting = protocol === 'tcp' ? this.waitingAt({ local, peer }) : undefined;
    return [...(waiting === undefined ? places : places.add(waiting))];
  }

  /** Where that end has ended, while its other end was not heard of yet. */
  waitingAt(end: End): TrackedNamespace | undefined {
    return this.endings.placeOf(end) ?? this.lone.placeOf(end);
  }

  private udpClient(namespace: TrackedNamespace, client: Endpoint, server: Endpoint): HeldSocket | undefined {
    const bound = namespace.udpSockets.find(client.address, client.port);
    return bound ?? this.flowEnds.get(keyOfFlowEnd(namespace, client, server))?.socket;
  }

  private order(namespace: TrackedNamespace): OfNamespace {
    let ordered = this.ofNamespace.get(namespace);
    if (ordered === undefined) {
      const sockets = [...namespace.sockets.values()];
      ordered = {
        byLocalPort: byPort(sockets, ({ localPort }) => localPort),
        byPeerPort: byPort(sockets, ({ peerPort }) => peerPort),
      };
      this.ofNamespace.set(namespace, ordered);
    }
    return ordered;
  }
}

/** Both ends of a connection are heard of within so many milliseconds, as a rule: what comes later is of the next. */
export const APART_MS = 1_000;

/** Whether a socket can be the other end of what was heard of then, rather than of one before between the same ports. */
function wasThere({ endedAt }: TrackedSocket, heardAt: number): boolean {
  return heardAt - endedAt <= APART_MS;
}

const SOMEBODYS: HeldSocket = { inode: 0, cgroupId: 0 };

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.address === other.address && one.port === other.port;
}

function byPort(
  sockets: readonly TrackedSocket[],
  portOf: (socket: TrackedSocket) => number,
): Map<number, TrackedSocket[]> {
  const map = new Map<number, TrackedSocket[]>();
  for (const socket of sockets) {
    const others = map.get(portOf(socket));
    if (others === undefined) {
      map.set(portOf(socket), [socket]);
    } else {
      others.push(socket);
    }
  }
  return map;
}

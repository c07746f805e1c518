import { NO_CONTAINER } from '../contract/ids.js';
import { isLoopback } from '../kernel/ip-address.js';
import type { AddressBook, LocalPeer } from './address-book.js';
import { localOf, peerOf, type Endpoint } from './endpoint.js';
import type { OtherEnds } from './other-ends.js';
import type { ConnectionEnd, ConnectionTuple, Surroundings } from './surroundings.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/** Where a client's connection leads. */
export interface Destination {
  /** Where address translation sent it instead of what it dialled. */
  readonly translated: Endpoint | undefined;
  /** Where a userland proxy that accepted it passes it on. */
  readonly proxied: Endpoint | undefined;
  /** Where it ends, as far as is known. */
  readonly reached: Endpoint;
  /** This end as the other sees it. */
  readonly seenAs: Endpoint;
  /** What of this host that is; `ambiguous` where several have the address, or another may. */
  readonly peer: LocalPeer | 'ambiguous' | undefined;
}

/** Where a server's connection comes from. */
export interface Origin {
  /** The client's own end, where another stands on the server's. */
  readonly translated: Endpoint | undefined;
  readonly reached: Endpoint;
  /** The namespaces of this host that it may be in; several where networks overlap. */
  readonly candidates: readonly TrackedNamespace[];
  /** It is in the only one of them, or in none. */
  readonly isCertain: boolean;
}

/** A client's connection as both ends see it. */
type Route = Pick<Destination, 'translated' | 'reached' | 'seenAs'>;

/** Follows a connection to its other end, through address translation and userland proxies. */
export class FarEnds {
  constructor(
    private readonly surroundings: Surroundings,
    private readonly addressBook: AddressBook,
    private readonly otherEnds: OtherEnds,
  ) {}

  destinationOf(namespace: TrackedNamespace, connection: ConnectionEnd): Destination {
    const route = this.routeOf(namespace, connection);
    const peer = this.peerAt(namespace, connection, route);
    const accepting = peer === 'ambiguous' ? undefined : peer;
    const owner = accepting?.listener?.owner;
    const proxied = owner && this.surroundings.proxyTarget(owner);
    if (accepting === undefined || proxied === undefined) {
      return { ...route, proxied: undefined, peer };
    }
    // What the proxy opens is a connection of its own, which nothing joins to this one.
    const passedOn = { ...connection, established: false };
    const behind = this.peerAt(accepting.namespace, passedOn, { ...route, reached: proxied });
    return { ...route, proxied, reached: proxied, peer: behind };
  }

  originOf(namespace: TrackedNamespace, connection: ConnectionEnd): Origin {
    const seen = peerOf(connection);
    // What comes from another namespace of this host may have been masqueraded on the way.
    const isLocal = this.addressBook.candidates(namespace, seen.address).some((other) => other !== namespace);
    const translated = isLocal ? this.surroundings.actualSource(namespace, connection) : undefined;
    const reached = translated ?? seen;
    const { places, isCertain } = this.placesOf(namespace, connection, reached, seen, localOf(connection));
    return { translated, reached, candidates: places, isCertain: isCertain && places.length < 2 };
  }

  /** Where a client's connection was led, and from where it seems to come. */
  routeOf(namespace: TrackedNamespace, connection: ConnectionTuple): Route {
    const dialled = peerOf(connection);
    // What stays on the loopback (a resolver that a runtime puts into the namespace) is not translated.
    const translation = isLoopback(dialled.address)
      ? undefined
      : this.surroundings.actualDestination(namespace, connection);
    const { client, server } = translation ?? { client: localOf(connection), server: dialled };
    const isLed = server.address !== dialled.address || server.port !== dialled.port;
    return { translated: isLed ? server : undefined, reached: server, seenAs: client };
  }

  /** Whether the place is as it was when the last pass found it: else its address may be another's by now. */
  isCertain(from: TrackedNamespace, place: TrackedNamespace): boolean {
    return place === from || this.surroundings.isInhabited(place);
  }

  private peerAt(
    namespace: TrackedNamespace,
    connection: ConnectionEnd,
    { reached, seenAs }: Pick<Route, 'reached' | 'seenAs'>,
  ): LocalPeer | 'ambiguous' | undefined {
    const { protocol } = connection;
    const { places, isCertain } = this.placesOf(namespace, connection, reached, reached, seenAs);
    // What was refused was accepted by none that listened there before.
    const heardAt = connection.established ? connection.heardAt : Infinity;
    const peers = places.map((place) => ({
      namespace: place,
      listener: place.listening.find(protocol, reached.address, reached.port, heardAt),
    }));
    if (peers.length === 0 || (peers.length === 1 && isCertain)) {
      return peers[0];
    }
    // Where the connection from here was accepted, there it leads; else to the only one that listens.
    const accepted = peers.filter((peer) =>
      this.otherEnds.hasServer(peer.namespace, protocol, reached, seenAs, connection.heardAt),
    );
    if (accepted.length > 0 || !isCertain) {
      return accepted.length === 1 ? accepted[0] : 'ambiguous';
    }
    const listening = peers.filter(({ listener }) => listener !== undefined);
    return listening.length === 1 ? listening[0] : 'ambiguous';
  }

  /**
   * The namespaces of this host that the other end, `far`, may be in. Several where networks overlap, and where a
   * container has the address of one that has just ended; certain when each of them still has it, and must be the one.
   * The other end knows itself as `other` and this one as `own`.
   */
  private placesOf(
    from: TrackedNamespace,
    connection: ConnectionEnd,
    far: Endpoint,
    other: Endpoint,
    own: Endpoint,
  ): { places: readonly TrackedNamespace[]; isCertain: boolean } {
    const places = this.addressBook.candidates(from, far.address);
    // A stranger may have been found since.
    const ended = new Set(
      this.otherEnds
        .endedIn(connection.protocol, other, own)
        .map((end) => places.find((place) => isSame(place, end)) ?? end),
    );
    if (ended.size > 0) {
      return { places: [...ended], isCertain: ended.size === 1 };
    }
    if (places.some((place) => this.isCertain(from, place))) {
      const isCertain = places.every(
        (place) => this.isCertain(from, place) && !leavesTrace(from, place, connection),
      );
      return { places, isCertain };
    }
    const stranger = this.surroundings.strangerAt(far.address);
    const isNew = stranger !== undefined && !places.some((place) => isSame(place, stranger));
    return { places: isNew ? [...places, stranger] : places, isCertain: places.length === 0 && !isNew };
  }
}

/**
 * Whether the connection has a socket there if it leads there, open or announced when it ended. An address alone may be
 * that of another namespace, too, which no pass has found yet.
 */
export function leavesTrace(
  from: TrackedNamespace,
  place: TrackedNamespace,
  { protocol, established }: Pick<ConnectionEnd, 'protocol' | 'established'>,
): boolean {
  return place !== from && place.isWatched && protocol === 'tcp' && established;
}

/** The one place, or the one container that is all there is in both. */
function isSame(one: TrackedNamespace, other: TrackedNamespace): boolean {
  const { soleOccupant } = one;
  return (
    one === other ||
    (soleOccupant !== undefined && soleOccupant !== NO_CONTAINER && soleOccupant === other.soleOccupant)
  );
}

import { NO_CONTAINER } from '../contract/ids.js';
import { isLoopback } from '../kernel/ip-address.js';
import type { AddressBook, LocalPeer } from './address-book.js';
import type { Endpoint } from './endpoint.js';
import type { OtherEnds } from './other-ends.js';
import type { ConnectionTuple, Surroundings } from './surroundings.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/** Where a client's connection leads. */
export interface Destination {
  /** Where address translation sent it instead of what it dialled. */
  readonly translated: Endpoint | undefined;
  /** Where a userland proxy that accepted it passes it on. */
  readonly proxied: Endpoint | undefined;
  /** Where it ends, as far as is known. */
  readonly reached: Endpoint;
  /** What of this host that is; `ambiguous` where several have the address, or another may by now. */
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

/** Follows a connection to its other end, through address translation and userland proxies. */
export class FarEnds {
  constructor(
    private readonly surroundings: Surroundings,
    private readonly addressBook: AddressBook,
    private readonly otherEnds: OtherEnds,
  ) {}

  destinationOf(namespace: TrackedNamespace, connection: ConnectionTuple): Destination {
    const dialled = { address: connection.peerAddress, port: connection.peerPort };
    // What stays on the loopback (a resolver that a runtime puts into the namespace) is not translated.
    const translated = isLoopback(dialled.address)
      ? undefined
      : this.surroundings.actualDestination(namespace, connection);
    const reached = translated ?? dialled;
    const peer = this.peerAt(namespace, connection, reached);
    const accepting = peer === 'ambiguous' ? undefined : peer;
    const owner = accepting?.listener?.owner;
    const proxied = owner && this.surroundings.proxyTarget(owner);
    if (accepting === undefined || proxied === undefined) {
      return { translated, proxied: undefined, reached, peer };
    }
    const behind = this.peerAt(accepting.namespace, connection, proxied);
    return { translated, proxied, reached: proxied, peer: behind };
  }

  originOf(namespace: TrackedNamespace, connection: ConnectionTuple): Origin {
    const { peerAddress, peerPort } = connection;
    // What comes from another namespace of this host may have been masqueraded on the way.
    const isLocal = this.addressBook.candidates(namespace, peerAddress).some((other) => other !== namespace);
    const translated = isLocal ? this.surroundings.actualSource(namespace, connection) : undefined;
    const reached = translated ?? { address: peerAddress, port: peerPort };
    const { places, isCertain } = this.placesOf(namespace, connection, reached);
    return { translated, reached, candidates: places, isCertain: isCertain && places.length < 2 };
  }

  /** Whether the place is as it was when the last pass found it: else its address may be another's by now. */
  isCertain(from: TrackedNamespace, place: TrackedNamespace): boolean {
    return place === from || this.surroundings.isInhabited(place);
  }

  private peerAt(
    namespace: TrackedNamespace,
    connection: ConnectionTuple,
    reached: Endpoint,
  ): LocalPeer | 'ambiguous' | undefined {
    const { protocol, localAddress, localPort } = connection;
    const { places, isCertain } = this.placesOf(namespace, connection, reached);
    const peers = places.map((place) => ({
      namespace: place,
      listener: place.listening.find(protocol, reached.address, reached.port),
    }));
    if (peers.length === 0 || (peers.length === 1 && isCertain)) {
      return peers[0];
    }
    // Where the connection from here was accepted, there it leads; else to the only one that listens.
    const from = { address: localAddress, port: localPort };
    const accepted = peers.filter((peer) =>
      this.otherEnds.hasServer(peer.namespace, protocol, reached, from),
    );
    if (accepted.length > 0 || !isCertain) {
      return accepted.length === 1 ? accepted[0] : 'ambiguous';
    }
    const listening = peers.filter(({ listener }) => listener !== undefined);
    return listening.length === 1 ? listening[0] : 'ambiguous';
  }

  /**
   * The namespaces of this host that the other end may be in. Several where networks overlap, and where a container has
   * the address of one that has just ended; certain when each of them still has it.
   */
  private placesOf(
    from: TrackedNamespace,
    { protocol, localAddress, localPort }: ConnectionTuple,
    reached: Endpoint,
  ): { places: readonly TrackedNamespace[]; isCertain: boolean } {
    const places = this.addressBook.candidates(from, reached.address);
    const own = { address: localAddress, port: localPort };
    // A stranger may have been found since.
    const ended = new Set(
      this.otherEnds
        .endedIn(protocol, reached, own)
        .map((end) => places.find((place) => isSame(place, end)) ?? end),
    );
    if (ended.size > 0) {
      return { places: [...ended], isCertain: ended.size === 1 };
    }
    if (places.some((place) => this.isCertain(from, place))) {
      return { places, isCertain: places.every((place) => this.isCertain(from, place)) };
    }
    const stranger = this.surroundings.strangerAt(reached.address);
    const isNew = stranger !== undefined && !places.some((place) => isSame(place, stranger));
    return { places: isNew ? [...places, stranger] : places, isCertain: places.length === 0 && !isNew };
  }
}

/** The one place, or the one container that is all there is in both. */
function isSame(one: TrackedNamespace, other: TrackedNamespace): boolean {
  const { soleOccupant } = one;
  return (
    one === other ||
    (soleOccupant !== undefined && soleOccupant !== NO_CONTAINER && soleOccupant === other.soleOccupant)
  );
}

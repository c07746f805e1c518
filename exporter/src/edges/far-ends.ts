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
  /** What of this host that is; `ambiguous` where networks overlap. */
  readonly peer: LocalPeer | 'ambiguous' | undefined;
}

/** Where a server's connection comes from. */
export interface Origin {
  /** The client's own end, where another stands on the server's. */
  readonly translated: Endpoint | undefined;
  readonly reached: Endpoint;
  /** The namespaces of this host that it may be in; several where networks overlap. */
  readonly candidates: readonly TrackedNamespace[];
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
    return { translated, reached, candidates: this.addressBook.candidates(namespace, reached.address) };
  }

  private peerAt(
    namespace: TrackedNamespace,
    { protocol, localAddress, localPort }: ConnectionTuple,
    reached: Endpoint,
  ): LocalPeer | 'ambiguous' | undefined {
    const { address, port } = reached;
    const peer = this.addressBook.find(namespace, protocol, address, port);
    if (peer !== 'ambiguous') {
      return peer;
    }
    // Networks overlap: where the connection from here was accepted, there it leads.
    const from = { address: localAddress, port: localPort };
    const accepted = this.addressBook
      .candidates(namespace, address)
      .filter((candidate) => this.otherEnds.hasServer(candidate, protocol, reached, from));
    const [only] = accepted;
    return only === undefined || accepted.length > 1
      ? 'ambiguous'
      : { namespace: only, listener: only.listening.find(protocol, address, port) };
  }
}

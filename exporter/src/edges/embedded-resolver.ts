import type { IpAddress } from '../kernel/ip-address.js';

/**
 * Docker answers DNS there in each of its containers, on a port that changes with every start: the engine, not a peer.
 */
export const EMBEDDED_RESOLVER: IpAddress = '127.0.0.11';

/** Whether a connection is a container's with the resolver that its engine has put into it. */
export function isWithEmbeddedResolver(connection: {
  readonly localAddress: IpAddress;
  readonly peerAddress: IpAddress;
}): boolean {
  return connection.peerAddress === EMBEDDED_RESOLVER || connection.localAddress === EMBEDDED_RESOLVER;
}

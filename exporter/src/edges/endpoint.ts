import type { IpAddress } from '../kernel/ip-address.js';
import type { SocketProtocol } from '../kernel/socket-record.js';
import type { ConnectionTuple } from './surroundings.js';

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/** One end of a connection, by where both are as the server sees them. */
export interface End {
  readonly local: Endpoint;
  readonly peer: Endpoint;
}

/** Where this end of a connection is, as it sees itself. */
export function localOf({
  localAddress,
  localPort,
}: Pick<ConnectionTuple, 'localAddress' | 'localPort'>): Endpoint {
  return { address: localAddress, port: localPort };
}

/** Where the other end is, as this one sees it. */
export function peerOf({
  peerAddress,
  peerPort,
}: Pick<ConnectionTuple, 'peerAddress' | 'peerPort'>): Endpoint {
  return { address: peerAddress, port: peerPort };
}

/** The other end of the same connection. */
export function otherEndOf({ local, peer }: End): End {
  return { local: peer, peer: local };
}

/** Identifies one end of a connection; that of the other end has them the other way round. */
export function keyOfEnd(local: Endpoint, peer: Endpoint): string {
  return `${local.address} ${local.port} ${peer.address} ${peer.port}`;
}

/** Identifies a port: TCP's and UDP's are not the same. */
export function keyOfPort(protocol: SocketProtocol, port: number): number {
  return protocol === 'tcp' ? port : 65_536 + port;
}

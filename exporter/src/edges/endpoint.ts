import type { IpAddress } from '../kernel/ip-address.js';

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/** Identifies one end of a connection; that of the other end has them the other way round. */
export function keyOfEnd(local: Endpoint, peer: Endpoint): string {
  return `${local.address} ${local.port} ${peer.address} ${peer.port}`;
}

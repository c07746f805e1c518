import type { IpAddress } from '../kernel/ip-address.js';

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

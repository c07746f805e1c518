import { networkInterfaces } from 'node:os';

export interface HostAddress {
  readonly interface: string;
  readonly ip: string;
  /** As the kernel's address scopes: `host` for loopback, `link` for link-local addresses, else `global`. */
  readonly scope: 'host' | 'link' | 'global';
}

/** Lists the addresses in the network namespace that the exporter runs in, which must be the host's. */
export function listHostAddresses(): HostAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).map(({ address, internal }) => ({
      interface: name,
      ip: address,
      scope: internal ? 'host' : scopeOf(address),
    })),
  );
}

/** fe80::/10 (RFC 4291, 2.5.6) and 169.254.0.0/16 (RFC 3927) are good on one link only. */
export function scopeOf(address: string): HostAddress['scope'] {
  return /^(?:fe[89ab][0-9a-f]:|169\.254\.)/i.test(address) ? 'link' : 'global';
}

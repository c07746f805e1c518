import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const ROUTED = new Set(['unicast', '6to4', 'teredo', 'rfc6145', 'rfc6052', 'as112', 'as112v6', 'amt']);

/** What is known of an address by itself. */
export class Ip {
  readonly #address: Address | undefined;
  readonly #range: string | undefined;

  /** Text that is no address is kept as one that is nowhere. IPv4-mapped IPv6 is IPv4. */
  constructor(text: string) {
    this.#address = ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
    this.#range = this.#address?.range();
  }

  get isPublic(): boolean {
    return this.#range !== undefined && ROUTED.has(this.#range);
  }

  get isLoopback(): boolean {
    return this.#range === 'loopback';
  }

  /** Loopback and link-local addresses mean something else on every host. */
  get isHostLocal(): boolean {
    return this.isLoopback || this.#range === 'linkLocal';
  }

  /** The network that a container engine's default address pools would have put the address into. */
  get engineNetwork(): string {
    if (!(this.#address instanceof ipaddr.IPv4)) {
      return this.#address === undefined ? '' : this.#address.toByteArray().slice(0, 8).join('.');
    }
    const [a = 0, b = 0, c = 0] = this.#address.octets;
    if (a === 172) {
      return `172.${b}`;
    }
    return a === 192 && b === 168 ? `192.168.${c & 0xf0}` : `${a}.${b}.${c}`;
  }
}

import { clusterOfAgent } from '../protocol/objects.js';
import { Problem } from '../protocol/problems.js';
import type { Tunnel } from './tunnel.js';

/** Which hosts are there: those whose agent keeps a tunnel open, and nothing else. */
export class Register {
  readonly #tunnels = new Map<string, Tunnel>();

  /** A host that knocks again has lost its old tunnel, even where this end has not noticed. */
  add(tunnel: Tunnel): void {
    const { host } = tunnel.hello;
    const old = this.#tunnels.get(host);
    this.#tunnels.set(host, tunnel);
    old?.close();
    tunnel.onClose(() => {
      if (this.#tunnels.get(host) === tunnel) {
        this.#tunnels.delete(host);
      }
    });
  }

  /** Throws `host-unknown` or `cluster-unknown`. */
  get(host: string): Tunnel {
    const tunnel = this.#tunnels.get(host);
    if (tunnel === undefined) {
      throw clusterOfAgent(host) === undefined
        ? new Problem('host-unknown', 'No agent of that host is connected to this gateway.')
        : new Problem('cluster-unknown', 'No agent of that cluster is connected to this gateway.');
    }
    return tunnel;
  }

  /** By name. */
  list(): Tunnel[] {
    return [...this.#tunnels.values()].sort((one, other) => (one.hello.host < other.hello.host ? -1 : 1));
  }

  get size(): number {
    return this.#tunnels.size;
  }

  close(): void {
    for (const tunnel of this.list()) {
      tunnel.close();
    }
  }
}

import type { Logger } from 'pino';
import { NameCache } from '../edges/name-cache.js';
import { DnsExchanges } from '../edges/dns-exchanges.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import { DnsCapture, type PassingMessage } from '../kernel/dns-capture.js';
import { readDnsAnswer, readDnsHead } from '../kernel/dns-message.js';
import { isLoopback, isPublic, type IpAddress } from '../kernel/ip-address.js';
import { isRefused, loadLibc } from '../kernel/libc.js';
import { NO_SERVICES, type WellKnownServices } from './well-known-services.js';

export interface PeerNamesOptions {
  /** Listen for the DNS answers that pass by. */
  readonly listens: boolean;
  readonly services?: WellKnownServices;
  /** The addresses of the exporter's own network namespace, the host's. */
  readonly hostAddresses: () => Iterable<IpAddress>;
  readonly logger: Logger;
  readonly now: () => number;
}

/** The names of peers that are not on this host, by what was asked for; nothing is ever looked up. */
export class PeerNames {
  private readonly cache = new NameCache();
  private readonly exchanges = new DnsExchanges();
  private readonly capture: DnsCapture | undefined;
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: PeerNamesOptions) {
    this.capture = options.listens ? this.open() : undefined;
    if (this.capture !== undefined) {
      this.timer = setInterval(() => this.take(), TAKE_EVERY_MS).unref();
    }
  }

  /**
   * A well-known service, else the DNS name of a public address, else empty. A name counts for those who were told it,
   * by their namespace; what the host was told, whose resolver others may use, for all.
   */
  nameOf({ addresses }: TrackedNamespace, address: IpAddress): string {
    // Whoever connected had the answer before: it is in the socket's buffer by now.
    this.take();
    const name = isPublic(address) ? this.toldName(addresses, address) : '';
    return (this.options.services ?? NO_SERVICES).find(name, address) ?? name;
  }

  close(): void {
    clearInterval(this.timer);
    this.capture?.close();
  }

  private toldName(askers: ReadonlySet<IpAddress>, address: IpAddress): string {
    const now = this.options.now();
    for (const asker of askers) {
      // That of another namespace is not the host's, on which packets are seen.
      const name = isLoopback(asker) ? '' : this.cache.nameOf(asker, address, now);
      if (name !== '') {
        return name;
      }
    }
    for (const asker of this.options.hostAddresses()) {
      const name = this.cache.nameOf(asker, address, now);
      if (name !== '') {
        return name;
      }
    }
    return '';
  }

  private take(): void {
    this.capture?.take((message) => this.hear(message));
  }

  private hear({ source, destination, payload }: PassingMessage): void {
    const now = this.options.now();
    const head = readDnsHead(payload);
    if (head === undefined) {
      return;
    }
    const packet = { source, destination, id: head.id, name: head.name };
    if (!head.isAnswer) {
      this.exchanges.noteQuestion(packet, now);
      return;
    }
    const asker = this.exchanges.askerOf(packet, now);
    const answer = asker === undefined ? undefined : readDnsAnswer(payload);
    if (asker !== undefined && answer !== undefined) {
      this.cache.learn(asker, answer, now);
    }
  }

  private open(): DnsCapture | undefined {
    const { logger } = this.options;
    try {
      return DnsCapture.open(loadLibc());
    } catch (error) {
      if (isRefused(error)) {
        logger.warn({ capability: 'CAP_NET_RAW' }, 'CAP_NET_RAW is missing: public peers have no names');
      } else {
        logger.warn({ err: error }, 'DNS answers cannot be listened for: public peers have no names');
      }
      return undefined;
    }
  }
}

const TAKE_EVERY_MS = 250;

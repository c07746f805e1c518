import type { Logger } from 'pino';
import { NameCache } from '../edges/name-cache.js';
import { DnsCapture } from '../kernel/dns-capture.js';
import { isPublic, type IpAddress } from '../kernel/ip-address.js';
import { isRefused, loadLibc } from '../kernel/libc.js';
import { NO_SERVICES, type WellKnownServices } from './well-known-services.js';

export interface PeerNamesOptions {
  /** Listen for the DNS answers that pass by. */
  readonly listens: boolean;
  readonly services?: WellKnownServices;
  readonly logger: Logger;
  readonly now: () => number;
}

/** The names of peers that are not on this host, by what others asked for; nothing is ever looked up. */
export class PeerNames {
  private readonly cache = new NameCache();
  private readonly capture: DnsCapture | undefined;
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: PeerNamesOptions) {
    this.capture = options.listens ? this.open() : undefined;
    if (this.capture !== undefined) {
      this.timer = setInterval(() => this.take(), TAKE_EVERY_MS).unref();
    }
  }

  /** A well-known service, else the DNS name of a public address, else empty. */
  nameOf(address: IpAddress): string {
    // Whoever connected had the answer before: it is in the socket's buffer by now.
    this.take();
    const name = isPublic(address) ? this.cache.nameOf(address, this.options.now()) : '';
    return (this.options.services ?? NO_SERVICES).find(name, address) ?? name;
  }

  close(): void {
    clearInterval(this.timer);
    this.capture?.close();
  }

  private take(): void {
    this.capture?.take((answer) => this.cache.learn(answer, this.options.now()));
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

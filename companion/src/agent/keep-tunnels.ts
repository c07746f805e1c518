import { setTimeout } from 'node:timers/promises';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';

const RESOLVE_EVERY_MS = 30_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** A tunnel that held so long was a good one: the next wait is short again. */
const GOOD_AFTER_MS = 10_000;

export interface Surroundings {
  /** All addresses behind the gateway's name. */
  readonly resolve: () => Promise<readonly string[]>;
  /** Opens a connection to one of them. */
  readonly dial: (address: string, signal: AbortSignal) => Promise<Duplex>;
  /** Serves it until it ends. */
  readonly serve: (socket: Duplex, signal: AbortSignal) => Promise<void>;
  readonly log: Logger;
  readonly resolveEveryMs?: number;
  /** Between 0 and 1. */
  readonly random?: () => number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Keeps one tunnel to each address behind the gateway's name, so that every replica knows this host. The name is
 * resolved again and again; an address that is no longer behind it is not dialled any more, but its open tunnel stays.
 * Resolves when `signal` aborts and all tunnels have ended.
 */
export async function keepTunnels(surroundings: Surroundings, signal: AbortSignal): Promise<void> {
  const { resolve, log, resolveEveryMs = RESOLVE_EVERY_MS, wait = waitUntil } = surroundings;
  const kept = new Map<string, Promise<void>>();
  let wanted: ReadonlySet<string> = new Set();
  while (!signal.aborted) {
    try {
      wanted = new Set(await resolve());
    } catch (error) {
      log.warn({ err: error }, 'the gateway cannot be resolved; its known addresses stay');
    }
    for (const address of wanted) {
      if (!kept.has(address)) {
        const done = keepTunnel(address, surroundings, () => wanted.has(address), signal).finally(() =>
          kept.delete(address),
        );
        kept.set(address, done);
      }
    }
    await wait(resolveEveryMs, signal);
  }
  await Promise.all(kept.values());
}

async function keepTunnel(
  address: string,
  { dial, serve, log, random = Math.random, wait = waitUntil }: Surroundings,
  wanted: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  const stopped = (): boolean => signal.aborted;
  while (!stopped() && wanted()) {
    let openedAt: number | undefined;
    try {
      const socket = await dial(address, signal);
      openedAt = performance.now();
      log.info({ gateway: address }, 'connected');
      await serve(socket, signal);
      log.info({ gateway: address }, 'disconnected');
    } catch (error) {
      if (!stopped()) {
        log.warn({ gateway: address, err: error }, 'the gateway cannot be reached');
      }
    }
    failures = openedAt !== undefined && performance.now() - openedAt > GOOD_AFTER_MS ? 0 : failures + 1;
    await wait(backoff(failures, random()), signal);
  }
}

/** Twice as long after each failure, and never two hosts in step: between half and all of it. */
export function backoff(failures: number, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1));
  return longest * (0.5 + random / 2);
}

async function waitUntil(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}

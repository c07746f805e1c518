import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../protocol/problems.js';
import { OpenByUser } from './open-by-user.js';

const SECONDS = 10;

/** A panel that lists, looks and follows asks some times a second; a script that asks more is told to wait. */
export const REQUESTS_A_USER = 200;
/** Callers that cannot prove who they are: enough for a Grafana that is set up wrongly, little for guessing. */
export const REFUSALS_AN_ADDRESS = 100;

/** An agent carries a thousand streams at once; one user alone must not take them all. */
const LOGS_A_USER = 100;

/** Rates, counted in this process: another replica counts for itself. */
export class Limits {
  readonly #users: RateLimiterMemory;
  readonly #addresses: RateLimiterMemory;
  readonly #logs = new OpenByUser('logs', LOGS_A_USER);

  constructor(requestsAUser = REQUESTS_A_USER, refusalsAnAddress = REFUSALS_AN_ADDRESS) {
    this.#users = new RateLimiterMemory({ points: requestsAUser, duration: SECONDS });
    this.#addresses = new RateLimiterMemory({ points: refusalsAnAddress, duration: SECONDS });
  }

  /** Throws `rate-limited`. */
  async countUser(user: string): Promise<void> {
    await count(this.#users, user, 'This user asks too often; wait some seconds.');
  }

  /** Counts a log as one that the user reads, until `read` is done. Throws `too-many-sessions`. */
  async whileReading(user: string, read: () => Promise<void>): Promise<void> {
    const leave = this.#logs.add(user);
    try {
      await read();
    } finally {
      leave();
    }
  }

  /** Counts a refusal, so that guessing is slow and cannot fill the audit log. Throws `rate-limited`. */
  async countRefusal(address: string): Promise<void> {
    await count(this.#addresses, address, 'Too many refused requests from this address; wait some seconds.');
  }
}

async function count(limiter: RateLimiterMemory, key: string, message: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (error instanceof RateLimiterRes) {
      throw new Problem('rate-limited', message);
    }
    throw error;
  }
}

import { Problem } from '../protocol/problems.js';

/** What users have open at once, counted in this process: another replica counts for itself. */
export class OpenByUser {
  readonly #what: string;
  readonly #most: number;
  readonly #open = new Map<string, number>();

  /** @param what such as `terminals`, for the refusal */
  constructor(what: string, most: number) {
    this.#what = what;
    this.#most = most;
  }

  /** Throws `too-many-sessions`. */
  assertRoom(user: string): void {
    const open = this.#open.get(user) ?? 0;
    if (open >= this.#most) {
      throw new Problem('too-many-sessions', `${user} has ${open} open ${this.#what}; close one first.`);
    }
  }

  /** Counts one more until what it answers is called. Throws `too-many-sessions`. */
  add(user: string): () => void {
    this.assertRoom(user);
    this.#count(user, 1);
    return () => this.#count(user, -1);
  }

  #count(user: string, change: 1 | -1): void {
    const open = (this.#open.get(user) ?? 0) + change;
    if (open === 0) {
      this.#open.delete(user);
    } else {
      this.#open.set(user, open);
    }
  }
}

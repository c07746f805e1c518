import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Who may open a tunnel: each line of the file is a token for any agent, or an agent's name (a host's, or `cluster:` and
 * a cluster's) and its own token.
 */
export class JoinTokens {
  readonly #entries: readonly { readonly host: string | undefined; readonly digest: Buffer }[];

  /** Throws when there is none, or one is shorter than 32 characters. */
  constructor(text: string) {
    this.#entries = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const words = line.split(/\s+/);
        const [token = '', host] = words.reverse();
        if (words.length > 2 || token.length < 32) {
          throw new Error(
            'A line of the join tokens is not a token of 32 characters, or a host and its token.',
          );
        }
        return { host, digest: digest(token) };
      });
    if (this.#entries.length === 0) {
      throw new Error('The file of join tokens is empty, so no agent could connect.');
    }
  }

  /** Takes the same time whatever the token is. */
  accepts(host: string, token: string): boolean {
    const given = digest(token);
    let accepted = false;
    for (const entry of this.#entries) {
      const same = timingSafeEqual(entry.digest, given);
      accepted ||= same && (entry.host === undefined || entry.host === host);
    }
    return accepted;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

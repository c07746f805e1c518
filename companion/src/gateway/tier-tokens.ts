import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { TIERS, type Tier } from '../protocol/tiers.js';

/** The secret of each tier, kept as a digest only. */
export class TierTokens {
  readonly #digests: ReadonlyMap<Tier, Buffer>;

  /** Throws when a token is shorter than 32 characters, or two tiers have the same one. */
  constructor(tokens: Readonly<Record<Tier, string>>) {
    for (const tier of TIERS) {
      if (tokens[tier].length < 32) {
        throw new Error(`The token of the tier ${tier} is shorter than 32 characters; make one with keygen.`);
      }
    }
    if (new Set(TIERS.map((tier) => tokens[tier])).size !== TIERS.length) {
      throw new Error('Two tiers have the same token, so a Viewer would be an Admin; make them with keygen.');
    }
    this.#digests = new Map(TIERS.map((tier) => [tier, digest(tokens[tier])]));
  }

  /** True when `token` is the one of `tier`. Takes the same time whatever the token is. */
  accepts(tier: Tier, token: string): boolean {
    const expected = this.#digests.get(tier);
    return expected !== undefined && timingSafeEqual(expected, digest(token));
  }
}

/** Reads one token a file; never from the command line, which every process of the host can read. */
export async function readTierTokens(files: Readonly<Record<Tier, string>>): Promise<TierTokens> {
  const [view, operate, admin] = await Promise.all(TIERS.map((tier) => readSecret(files[tier])));
  return new TierTokens({ view: view ?? '', operate: operate ?? '', admin: admin ?? '' });
}

/** A secret that is alone in its file. */
export async function readSecret(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).trim();
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

import { createHash, timingSafeEqual } from 'node:crypto';
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

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

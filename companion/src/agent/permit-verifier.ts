import { createPublicKey, type KeyObject } from 'node:crypto';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { Problem } from '../protocol/problems.js';
import { PERMIT_ISSUER, PERMIT_SECONDS, permitClaimsSchema, type PermitClaims } from '../protocol/tunnel.js';

/** How far the clocks of gateway and host may be apart, in seconds. */
const CLOCK_TOLERANCE = 15;

/** Accepts a permit once. */
export class PermitVerifier {
  readonly #host: string;
  readonly #keys: readonly KeyObject[];
  readonly #now: () => Date;
  /** In seconds; what an agent before this one has used is not known here, so what was made before is not taken. */
  readonly #startedAt: number;
  /** Ids of permits that were used, with the second from which they are expired anyway. */
  readonly #used = new Map<string, number>();

  constructor(host: string, keys: readonly KeyObject[], now: () => Date = () => new Date()) {
    if (keys.length === 0 || keys.some(({ asymmetricKeyType }) => asymmetricKeyType !== 'ed25519')) {
      throw new Error('The gateway keys must be Ed25519 public keys, at least one.');
    }
    this.#host = host;
    this.#keys = keys;
    this.#now = now;
    this.#startedAt = Math.floor(now().getTime() / 1000);
  }

  /** What the permit allows. Throws `permit-refused` when it is not the gateway's, not for this host, old or used. */
  async verify(permit: string): Promise<PermitClaims> {
    const payload = await this.#verifySignature(permit);
    const claims = permitClaimsSchema.safeParse(payload);
    if (!claims.success) {
      throw new Problem('permit-refused', 'The permit does not say what it allows.', { cause: claims.error });
    }
    if (payload.iat === undefined || payload.iat < this.#startedAt) {
      throw new Problem('permit-refused', 'The permit was made before this agent started.');
    }
    this.#use(claims.data.jti);
    return claims.data;
  }

  async #verifySignature(permit: string): Promise<JWTPayload> {
    let refusal: unknown;
    for (const key of this.#keys) {
      try {
        const { payload } = await jwtVerify(permit, key, {
          algorithms: ['EdDSA'],
          issuer: PERMIT_ISSUER,
          audience: this.#host,
          requiredClaims: ['sub', 'jti', 'iat', 'exp'],
          maxTokenAge: PERMIT_SECONDS,
          clockTolerance: CLOCK_TOLERANCE,
          currentDate: this.#now(),
        });
        return payload;
      } catch (error) {
        refusal = error;
      }
    }
    const code = refusal instanceof errors.JOSEError ? refusal.code : 'unreadable';
    throw new Problem('permit-refused', `The agent does not accept the gateway's permit (${code}).`, {
      cause: refusal,
    });
  }

  #use(id: string): void {
    const now = this.#now().getTime() / 1000;
    for (const [used, until] of this.#used) {
      // In order of use, so the first that still counts ends the sweep.
      if (until > now) {
        break;
      }
      this.#used.delete(used);
    }
    if (this.#used.has(id)) {
      throw new Problem('permit-refused', 'The permit was used before.');
    }
    this.#used.set(id, now + PERMIT_SECONDS + 2 * CLOCK_TOLERANCE);
  }
}

/** Every public key of a PEM text; several, so that gateways can change their key without a gap. */
export function publicKeysFromPem(pem: string): KeyObject[] {
  return Array.from(pem.matchAll(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g), ([block]) =>
    createPublicKey(block),
  );
}

import { randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { IdentifiedObject } from '../protocol/objects.js';
import { PERMIT_ISSUER, PERMIT_SECONDS, type AgentRequest } from '../protocol/tunnel.js';

/** What a permit allows, once, within 30 s. */
export interface Permit {
  readonly host: string;
  readonly user: string;
  /** All 64 digits, a prefix in `identify`, empty for the host. */
  readonly container: string;
  /** For the agent of a cluster: what it is about. */
  readonly object?: IdentifiedObject | undefined;
  readonly request: AgentRequest;
}

/** Signs permits with the gateway's Ed25519 key: whoever steals a tunnel can ask for nothing through it. */
export type SignPermit = (permit: Permit) => Promise<string>;

export function permitSigner(key: KeyObject): SignPermit {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new Error('The gateway key is not an Ed25519 private key; make one with keygen.');
  }
  return ({ host, user, container, object, request }) =>
    new SignJWT({ container, request, ...(object === undefined ? {} : { object }) })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
      .setIssuer(PERMIT_ISSUER)
      .setAudience(host)
      .setSubject(user)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${PERMIT_SECONDS}s`)
      .sign(key);
}

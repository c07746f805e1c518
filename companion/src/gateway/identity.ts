import type { IncomingHttpHeaders } from 'node:http';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import { Problem } from '../protocol/problems.js';
import { ROLES, type Role } from '../protocol/tiers.js';

/** Who asks, proved. */
export interface Identity {
  /** The login where Grafana says it, else the subject, such as `user:7`. */
  readonly user: string;
  /** Undefined where Grafana does not say it: then the route's tier is all that is known. */
  readonly role: Role | undefined;
}

/** Proves who asks. Throws the problem `identity-refused`. */
export type Identify = (headers: IncomingHttpHeaders) => Promise<Identity>;

export interface GrafanaJwtOptions {
  /** Grafana's root URL as in its own `root_url`, the token's `iss`. */
  readonly issuer: string;
  /** Organisations that may use this gateway. */
  readonly organisations: readonly number[];
  readonly keys: JWTVerifyGetKey;
}

/** Grafana's signing keys, fetched again when an unknown key appears, at most every 30 s. */
export function grafanaKeys(url: URL, fetchKeys: typeof fetch = fetch): JWTVerifyGetKey {
  return createRemoteJWKSet(url, {
    timeoutDuration: 5_000,
    cooldownDuration: 30_000,
    [customFetch]: (target, options) => fetchKeys(target, options),
  });
}

/** Verifies the header `X-Grafana-Id`: a JWT that Grafana signs (ES256) for the user of each proxied request. */
export function identifyByGrafanaJwt({ issuer, organisations, keys }: GrafanaJwtOptions): Identify {
  const audience = organisations.map((organisation) => `org:${organisation}`);
  return async (headers) => {
    const token = headers['x-grafana-id'];
    if (typeof token !== 'string' || token === '' || token.length > 8192) {
      throw new Problem(
        'identity-refused',
        'Grafana sent no X-Grafana-Id; turn its feature toggle idForwarding on.',
      );
    }
    return identityOf(await verify(token, keys, issuer, audience));
  };
}

/** Believes the header `X-Grafana-User`. Only for a Grafana that cannot sign, on a network where only it can come. */
export function identifyByHeader(headers: IncomingHttpHeaders): Promise<Identity> {
  const user = headers['x-grafana-user'];
  // Node.js joins a header that comes twice by a comma and a space: then one of the two users is not Grafana's word.
  if (typeof user !== 'string' || !USER.test(user) || user.includes(', ')) {
    return Promise.reject(
      new Problem('identity-refused', 'Grafana sent no X-Grafana-User; turn its send_user_header on.'),
    );
  }
  return Promise.resolve({ user, role: undefined });
}

/** Printable, so that a log line or a policy pattern means what it shows. */
const USER = /^[\p{L}\p{N}\p{P}\p{S} ]{1,190}$/u;

/** How Grafana writes subjects; a login that looks like one would be somebody else. */
const SUBJECT = /^(?:user|service-account|api-key|anonymous|render|access-policy|provisioning):/;

/**
 * How long Grafana's tokens live (grafana, pkg/services/auth/idimpl/service.go). They have no id, and Grafana itself
 * sends the same one with each request of a user until its end is near, so that one cannot be for one use.
 */
const LIFETIME_SECONDS = 600;

const claimsSchema = z.object({
  sub: z.string().regex(USER),
  username: z.string().regex(USER).optional(),
  role: z.enum([...ROLES, 'None', 'Grafana Admin']).optional(),
});

async function verify(
  token: string,
  keys: JWTVerifyGetKey,
  issuer: string,
  audience: string[],
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['ES256'],
      issuer: [issuer, issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`],
      audience,
      requiredClaims: ['iss', 'aud', 'exp', 'sub'],
      maxTokenAge: LIFETIME_SECONDS,
      clockTolerance: 5,
    });
    return payload;
  } catch (error) {
    const code = error instanceof errors.JOSEError ? error.code : 'ERR_KEYS_UNREACHABLE';
    throw new Problem('identity-refused', `The X-Grafana-Id is not accepted (${code}).`, { cause: error });
  }
}

function identityOf(payload: JWTPayload): Identity {
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) {
    throw new Problem('identity-refused', 'The X-Grafana-Id has no subject that can be shown.');
  }
  const { sub, username, role } = claims.data;
  if (role === 'None') {
    throw new Problem('identity-refused', 'Grafana gives this user no role.');
  }
  return {
    user: username === undefined || SUBJECT.test(username) ? sub : username,
    role: role === 'Grafana Admin' ? 'Admin' : role,
  };
}

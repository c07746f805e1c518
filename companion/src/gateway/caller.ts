import type { IncomingMessage } from 'node:http';
import { Problem } from '../protocol/problems.js';
import { PLAIN_PATH, TIER_TOKEN_HEADER } from '../protocol/requests.js';
import { ROLE_OF_TIER, TIERS, weakerRole, type Role, type Tier } from '../protocol/tiers.js';
import type { Identify } from './identity.js';
import type { TierTokens } from './tier-tokens.js';

/** Who asks, by which route. */
export interface Caller {
  readonly user: string;
  /** What the route proves, or less where Grafana says less. Never more than the route: that is all it was asked for. */
  readonly role: Role;
  readonly tier: Tier;
  readonly address: string;
  readonly forwardedFor: string | undefined;
}

/** Where a request came from, before anything of it is believed. */
export type Origin = Pick<Caller, 'address' | 'forwardedFor'>;

export function originOf(request: IncomingMessage): Origin {
  const forwarded = request.headers['x-forwarded-for'];
  return {
    address: request.socket.remoteAddress ?? '',
    forwardedFor: typeof forwarded === 'string' ? forwarded.slice(0, 256) : undefined,
  };
}

/**
 * The path of a request's target. Throws `path-refused` for empty or dotted segments, escapes and backslashes: what
 * stands in between might take them for another path than we do, and with it for another route's role.
 */
export function plainPath(target: string): string {
  const path = target.split('?', 1)[0] ?? '';
  if (path !== '/' && !PLAIN_PATH.test(path)) {
    throw new Problem('path-refused', 'The path has empty, dotted or escaped parts.');
  }
  return path;
}

export function tierOfPath(path: string): Tier | undefined {
  const first = path.split('/', 2)[1];
  return TIERS.find((tier) => tier === first);
}

/** Proves the route's tier and the user. Throws `token-refused` or `identity-refused`. */
export async function authenticate(
  request: IncomingMessage,
  tier: Tier,
  tokens: TierTokens,
  identify: Identify,
): Promise<Caller> {
  const token = request.headers[TIER_TOKEN_HEADER];
  if (typeof token !== 'string' || !tokens.accepts(tier, token)) {
    throw new Problem('token-refused', `The token of the tier ${tier} is missing or wrong.`);
  }
  const { user, role } = await identify(request.headers);
  return {
    ...originOf(request),
    tier,
    user,
    role: role === undefined ? ROLE_OF_TIER[tier] : weakerRole(role, ROLE_OF_TIER[tier]),
  };
}

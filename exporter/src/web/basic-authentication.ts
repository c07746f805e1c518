import { compare } from 'bcryptjs';
import { createHmac, randomBytes } from 'node:crypto';

/** Decides on an Authorization header. `busy` means: too many passwords are being checked, ask again later. */
export type Authenticate = (authorization: string | undefined) => Promise<'admitted' | 'refused' | 'busy'>;

/** bcrypt is slow on purpose: checks run one after the other, and no more than this many wait. */
const MOST_WAITING = 16;
const MOST_REMEMBERED = 100;

/**
 * HTTP basic authentication (RFC 7617) against bcrypt hashes by user. No users: everybody is admitted. An unknown
 * user costs as much work as a known one; a password that was right is remembered (keyed, in memory only), so that
 * scrapes do not pay for bcrypt each time.
 */
export function createAuthenticate(users: () => ReadonlyMap<string, string>): Authenticate {
  const key = randomBytes(32);
  const remembered = new Set<string>();
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();

  return async (authorization) => {
    const known = users();
    if (known.size === 0) {
      return 'admitted';
    }
    const credentials = parseBasic(authorization);
    if (credentials === undefined) {
      return 'refused';
    }
    const { user, password } = credentials;
    const hash = known.get(user);
    const token = createHmac('sha256', key)
      .update(JSON.stringify([user, password, hash ?? null]))
      .digest('base64');
    if (remembered.has(token)) {
      return 'admitted';
    }
    if (waiting >= MOST_WAITING) {
      return 'busy';
    }
    const stranger = known.values().next().value ?? '';
    const matches = await inTurn(() => compare(password, hash ?? stranger));
    if (hash === undefined || !matches) {
      return 'refused';
    }
    remember(token);
    return 'admitted';
  };

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    waiting++;
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      waiting--;
    }
  }

  function remember(token: string): void {
    if (remembered.size >= MOST_REMEMBERED) {
      remembered.clear();
    }
    remembered.add(token);
  }
}

function parseBasic(authorization: string | undefined): { user: string; password: string } | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(authorization ?? '') ?? [];
  const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createLocalJWKSet, exportJWK, SignJWT, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { identifyByGrafanaJwt, identifyByHeader, type Identify } from './identity.js';

const ISSUER = 'https://grafana.example/';
const grafana = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let identify: Identify;

beforeAll(async () => {
  const jwk = { ...(await exportJWK(grafana.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  identify = identifyByGrafanaJwt({
    issuer: 'https://grafana.example',
    organisations: [1],
    keys: createLocalJWKSet({ keys: [jwk] }),
  });
});

interface Made {
  readonly claims?: JWTPayload;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: string;
  /** Seconds ago. */
  readonly age?: number;
  readonly subject?: string | undefined;
  readonly key?: typeof grafana.privateKey;
}

function token(made: Made = {}): Promise<string> {
  const {
    claims = {},
    issuer = ISSUER,
    audience = 'org:1',
    expires = '10m',
    age = 0,
    key = grafana.privateKey,
  } = made;
  const jwt = new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'jwt' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(Math.floor(Date.now() / 1000) - age)
    .setExpirationTime(expires);
  const subject = 'subject' in made ? made.subject : 'user:7';
  return (subject === undefined ? jwt : jwt.setSubject(subject)).sign(key);
}

const publicJwk = ({ publicKey }: typeof grafana): object => publicKey.export({ format: 'jwk' });

/** A good token's claims below another head, signed by hand: no library would do it. */
async function withHead(head: object, { privateKey }: typeof grafana): Promise<string> {
  const [, claims = ''] = (await token()).split('.');
  const signed = `${base64({ alg: 'ES256', kid: 'one', ...head })}.${claims}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsNow = (): JWTPayload => ({
  iss: ISSUER,
  aud: 'org:1',
  sub: 'user:1',
  exp: Math.floor(Date.now() / 1000) + 600,
});

describe('X-Grafana-Id', () => {
  it('is the subject where Grafana says no more', async () => {
    expect(await identify({ 'x-grafana-id': await token() })).toEqual({ user: 'user:7', role: undefined });
  });

  it('is login and role where Grafana says them', async () => {
    const claims = { username: 'alice', role: 'Editor' };
    expect(await identify({ 'x-grafana-id': await token({ claims }) })).toEqual({
      user: 'alice',
      role: 'Editor',
    });
  });

  it("is not another user's subject, even when a login looks like it", async () => {
    const claims = { username: 'user:1' };
    expect(await identify({ 'x-grafana-id': await token({ claims }) })).toMatchObject({ user: 'user:7' });
  });

  it.each<[string, () => string | undefined | Promise<string>]>([
    ['missing', () => undefined],
    ['empty', () => ''],
    ['no token at all', () => 'x.y.z'],
    ['expired', () => token({ expires: '-1m' })],
    ['made to live longer than Grafana makes them', () => token({ expires: '1h', age: 700 })],
    ['made in the future', () => token({ age: -60 })],
    ['of another Grafana', () => token({ issuer: 'https://evil.example/' })],
    ['of another organisation', () => token({ audience: 'org:2' })],
    ['without a subject', () => token({ subject: undefined })],
    ['signed by a stranger', () => token({ key: stranger.privateKey })],
    ['of a user without a role', () => token({ claims: { role: 'None' } })],
    ['of a role that is none', () => token({ claims: { role: 'Root' } })],
    ['of a login with a line break', () => token({ claims: { username: 'a\nb' } })],
    ['unsigned', () => `${base64({ alg: 'none' })}.${base64(claimsNow())}.`],
    [
      'signed with the public key as a secret',
      () => {
        const head = `${base64({ alg: 'HS256', kid: 'one' })}.${base64(claimsNow())}`;
        const pem = grafana.publicKey.export({ type: 'spki', format: 'pem' });
        return `${head}.${createHmac('sha256', pem).update(head).digest('base64url')}`;
      },
    ],
    ['signed by a key that it brings along', () => withHead({ jwk: publicJwk(stranger) }, stranger)],
    [
      'signed by a key that it says where to find',
      () => withHead({ jku: 'https://evil.example/' }, stranger),
    ],
    ['signed by a key whose name is a path', () => withHead({ kid: '../../../dev/null' }, stranger)],
    ['signed by a key without a name', () => withHead({ kid: undefined }, stranger)],
    ['signed by a rule that nobody knows here', () => withHead({ crit: ['b64'], b64: false }, grafana)],
    ['huge', () => 'a'.repeat(10_000)],
  ])('is refused when it is %s', async (_, make) => {
    const header = await make();
    await expect(identify(header === undefined ? {} : { 'x-grafana-id': header })).rejects.toMatchObject({
      code: 'identity-refused',
      status: 403,
    });
  });

  it('is taken again and again until its end, as Grafana sends it', async () => {
    const again = await token({ age: 500, expires: '100s' });
    for (let time = 0; time < 3; time += 1) {
      expect(await identify({ 'x-grafana-id': again })).toMatchObject({ user: 'user:7' });
    }
  });

  it('signed by hand as Grafana signs it is taken', async () => {
    expect(await identify({ 'x-grafana-id': await withHead({}, grafana) })).toMatchObject({ user: 'user:7' });
  });

  it('is refused when a claim was changed after it was signed', async () => {
    const [head, , signature] = (await token()).split('.');
    const forged = `${head ?? ''}.${base64({ ...claimsNow(), sub: 'user:1' })}.${signature ?? ''}`;
    await expect(identify({ 'x-grafana-id': forged })).rejects.toMatchObject({ code: 'identity-refused' });
  });
});

describe('X-Grafana-User', () => {
  it('is believed', async () => {
    expect(await identifyByHeader({ 'x-grafana-user': 'alice' })).toEqual({ user: 'alice', role: undefined });
  });

  it.each([[undefined], [''], ['a\u0007b'], ['x'.repeat(200)], ['eve, root']])(
    'is refused when it is %j',
    async (user) => {
      await expect(identifyByHeader({ 'x-grafana-user': user })).rejects.toMatchObject({
        code: 'identity-refused',
      });
    },
  );
});

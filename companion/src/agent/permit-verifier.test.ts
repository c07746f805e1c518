import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { permitSigner, type Permit } from '../gateway/permit-signer.js';
import { PermitVerifier, publicKeysFromPem } from './permit-verifier.js';

const gateway = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const PERMIT: Permit = {
  host: 'web-1',
  user: 'alice',
  container: 'a'.repeat(64),
  request: { action: 'stop' },
};

const sign = (over: Partial<Permit> = {}, key = gateway.privateKey): Promise<string> =>
  permitSigner(key)({ ...PERMIT, ...over });
const verifier = (now?: () => Date): PermitVerifier => new PermitVerifier('web-1', [gateway.publicKey], now);

describe('a permit', () => {
  it('says who may do what to which container', async () => {
    expect(await verifier().verify(await sign())).toMatchObject({
      sub: 'alice',
      container: 'a'.repeat(64),
      request: { action: 'stop' },
    });
  });

  it('is good once', async () => {
    const once = verifier();
    const permit = await sign();
    await once.verify(permit);
    await expect(once.verify(permit)).rejects.toMatchObject({
      code: 'permit-refused',
      message: /used before/,
    });
    await once.verify(await sign());
  });

  it('is good once, when it comes twice at the same moment', async () => {
    const once = verifier();
    const permit = await sign();
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => once.verify(permit)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is not good once more for an agent that has started again', async () => {
    const permit = await sign();
    const later = (): Date => new Date(Date.now() + 2_000);
    await expect(verifier(later).verify(permit)).rejects.toMatchObject({
      code: 'permit-refused',
      message: /before this agent started/,
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['for another host', () => sign({ host: 'db-1' })],
    ['signed by a stranger', () => sign({}, stranger.privateKey)],
    ['without an action', () => sign({ request: {} as never })],
    [
      'with an action that the protocol does not know',
      () => sign({ request: { action: 'format' } as never }),
    ],
    ['with a container that is a path', () => sign({ container: '../../x' })],
    [
      'without an end',
      () =>
        new SignJWT({ ...PERMIT, jti: 'x'.repeat(20), sub: 'alice' })
          .setProtectedHeader({ alg: 'EdDSA' })
          .setIssuer('toposcope-gateway')
          .setAudience('web-1')
          .setIssuedAt()
          .sign(gateway.privateKey),
    ],
    [
      'that holds for a year',
      () =>
        new SignJWT({ ...PERMIT, jti: 'x'.repeat(20), sub: 'alice' })
          .setProtectedHeader({ alg: 'EdDSA' })
          .setIssuer('toposcope-gateway')
          .setAudience('web-1')
          .setIssuedAt(Math.floor(Date.now() / 1000) - 3600)
          .setExpirationTime('1y')
          .sign(gateway.privateKey),
    ],
    ['that is nonsense', () => Promise.resolve('nonsense')],
  ])('is refused %s', async (_, make) => {
    await expect(verifier().verify(await make())).rejects.toMatchObject({ code: 'permit-refused' });
  });

  it('is refused a minute later', async () => {
    const permit = await sign();
    await expect(verifier(() => new Date(Date.now() + 60_000)).verify(permit)).rejects.toMatchObject({
      code: 'permit-refused',
    });
  });

  it('is accepted from the old and the new key while gateways change theirs', async () => {
    const pem = [gateway, stranger]
      .map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' }))
      .join('\n');
    const both = new PermitVerifier('web-1', publicKeysFromPem(pem));
    await both.verify(await sign());
    await both.verify(await sign({}, stranger.privateKey));
  });
});

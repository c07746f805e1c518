import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { publicKeysFromPem } from '../agent/permit-verifier.js';

/** What to do where a file of `keygen` is missing. */
export const MADE_BY_KEYGEN = 'make it with "toposcope-companion keygen"';

/** A token that is alone in its file. */
export function token(text: string): string {
  const found = text.trim();
  if (!/^\S{32,}$/.test(found)) {
    throw new Error(`It has to hold one token of at least 32 characters: ${MADE_BY_KEYGEN}.`);
  }
  return found;
}

/** The key that signs permits. */
export function permitKey(pem: string): KeyObject {
  const key = readable(() => createPrivateKey(pem));
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw new Error(
      'It has to hold an Ed25519 private key: it is the gateway.key of keygen, not the gateway.pub.',
    );
  }
  return key;
}

/** Who may sign permits: one or more keys. */
export function permitKeys(pem: string): readonly KeyObject[] {
  const keys = readable(() => publicKeysFromPem(pem)) ?? [];
  if (keys.length === 0 || keys.some(({ asymmetricKeyType }) => asymmetricKeyType !== 'ed25519')) {
    throw new Error(
      'It has to hold Ed25519 public keys: it is the gateway.pub of keygen, not the gateway.key.',
    );
  }
  return keys;
}

/** One certificate or more, in PEM. */
export function certificates(pem: string): string {
  if (readable(() => new X509Certificate(pem)) === undefined) {
    throw new Error('It has to hold a certificate in PEM, beginning with -----BEGIN CERTIFICATE-----.');
  }
  return pem;
}

/** A certificate's key, in PEM. */
export function certificateKey(pem: string): string {
  if (readable(() => createPrivateKey(pem)) === undefined) {
    throw new Error('It has to hold a private key in PEM that asks for no passphrase.');
  }
  return pem;
}

/**
 * A certificate with its key; undefined where there is neither.
 *
 * @param flags what names them, for messages
 * @throws where there is one of them only, or they are of different pairs
 */
export function keyPair(
  flags: string,
  cert: string | undefined,
  key: string | undefined,
): { readonly cert: string; readonly key: string } | undefined {
  if (cert === undefined && key === undefined) {
    return undefined;
  }
  if (cert === undefined || key === undefined) {
    throw new Error(`TLS needs both ${flags}.`);
  }
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new Error(`The key is not the certificate's: ${flags} have to name a pair.`);
  }
  return { cert, key };
}

/** OpenSSL's own words name neither what is wrong nor with what. */
function readable<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

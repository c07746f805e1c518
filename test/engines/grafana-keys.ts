import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';
import type { Role } from '../../companion/src/protocol/tiers.js';

/** What of Grafana's server a gateway needs, which a test has not: its signing keys, and tokens signed by them. */
export interface GrafanaKeys {
  /** Grafana's root URL. */
  readonly url: string;
  /** A signed `X-Grafana-Id`. */
  sign(user: string, role: Role): Promise<string>;
  close(): void;
}

export async function serveGrafanaKeys(address = '127.0.0.1'): Promise<GrafanaKeys> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'grafana', alg: 'ES256', use: 'sig' };
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/api/signing-keys/keys' ? 200 : 404;
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  server.listen(0, address);
  await once(server, 'listening');
  const url = `http://${address}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    sign: (user, role) =>
      new SignJWT({ username: user, role })
        .setProtectedHeader({ alg: 'ES256', kid: 'grafana' })
        .setIssuer(`${url}/`)
        .setAudience('org:1')
        .setSubject('user:1')
        .setIssuedAt()
        .setExpirationTime('10m')
        .sign(privateKey),
    close: () => server.close(),
  };
}

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import type { TLSSocket } from 'node:tls';
import path from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ExporterRun } from '../engines/exporter.js';
import { freePort } from '../engines/free-port.js';

let folder: string;
let port: number;
let exporter: ExporterRun | undefined;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'toposcope-tls-'));
  makeCertificate('server');
  makeCertificate('client');
});
afterEach(async () => {
  await exporter?.stop();
  exporter = undefined;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A self-signed certificate, which is its own authority. */
function makeCertificate(name: string): void {
  const file = (end: string) => path.join(folder, `${name}.${end}`);
  const { status, stderr } = spawnSync(
    'openssl',
    // prettier-ignore
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
     '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key'), '-out', file('pem')],
    { encoding: 'utf8' },
  );
  expect(stderr && status).toBe(0);
}

const read = (name: string) => readFileSync(path.join(folder, name));

async function serve(config: string): Promise<string> {
  const file = path.join(folder, 'web.yml');
  writeFileSync(file, config);
  port = await freePort();
  exporter = await ExporterRun.serving([
    `--web.listen-address=127.0.0.1:${port}`,
    `--web.config.file=${file}`,
    '--no-collector.connection',
  ]);
  return file;
}

function get(options: RequestOptions = {}): Promise<{ status: number; certificate: string; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/metrics', ca: [read('server.pem')], agent: false, ...options },
      (response) => {
        const peer = 'getPeerX509Certificate' in response.socket ? (response.socket as TLSSocket) : undefined;
        const certificate = peer?.getPeerX509Certificate()?.serialNumber ?? '';
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, certificate, body }));
      },
    );
    sent.on('error', reject).end();
  });
}

const TLS = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n';

describe('the web configuration file', () => {
  it('turns TLS and passwords on', async () => {
    const hash = hashSync('secret', 6).replace(/^\$2b/, '$2y');
    await serve(`${TLS}basic_auth_users:\n  anna: ${hash}\n`);
    expect((await get()).status).toBe(401);
    expect((await get({ auth: 'anna:wrong' })).status).toBe(401);
    expect((await get({ auth: 'berta:secret' })).status).toBe(401);
    const { status, body } = await get({ auth: 'anna:secret' });
    expect(status).toBe(200);
    expect(body).toContain('toposcope_exporter_build_info');
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  });

  it('asks for a client’s certificate, and verifies it', async () => {
    await serve(`${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: client.pem\n`);
    await expect(get()).rejects.toThrow();
    await expect(get({ cert: read('server.pem'), key: read('server.key') })).rejects.toThrow();
    expect((await get({ cert: read('client.pem'), key: read('client.key') })).status).toBe(200);
  });

  it('takes any certificate when any is enough, but none is not', async () => {
    await serve(`${TLS}  client_auth_type: RequireAnyClientCert\n`);
    await expect(get()).rejects.toThrow();
    expect((await get({ cert: read('client.pem'), key: read('client.key') })).status).toBe(200);
  });

  it('keeps TLS versions that are too old out', async () => {
    await serve(`${TLS}  min_version: TLS13\n`);
    await expect(get({ maxVersion: 'TLSv1.2' })).rejects.toThrow();
    expect((await get()).status).toBe(200);
  });

  it('serves a renewed certificate, and keeps the old one while the new one is broken', async () => {
    await serve(TLS);
    const before = (await get()).certificate;
    makeCertificate('server');
    const after = (await get()).certificate;
    expect(after).not.toBe(before);
    const [pem, key] = [read('server.pem'), read('server.key')];
    writeFileSync(path.join(folder, 'server.pem'), 'broken');
    expect((await get({ ca: [pem] })).certificate).toBe(after);
    writeFileSync(path.join(folder, 'server.pem'), pem);
    makeCertificate('other');
    writeFileSync(path.join(folder, 'server.key'), read('other.key'));
    expect((await get()).certificate).toBe(after);
    writeFileSync(path.join(folder, 'server.key'), key);
    expect((await get()).status).toBe(200);
  });

  it('takes new passwords without a restart', async () => {
    const file = await serve(`${TLS}basic_auth_users:\n  anna: ${hashSync('secret', 6)}\n`);
    expect((await get({ auth: 'anna:secret' })).status).toBe(200);
    writeFileSync(file, `${TLS}basic_auth_users:\n  anna: ${hashSync('other', 6)}\n`);
    await vi.waitFor(async () => expect((await get({ auth: 'anna:secret' })).status).toBe(401));
    expect((await get({ auth: 'anna:other' })).status).toBe(200);
  });
});

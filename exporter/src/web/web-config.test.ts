import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readWebConfig as readChecked, watchWebConfig } from './web-config.js';

const HASH = '$2y$10$4VNmFvkKmGeEnIoHEDuWoOyd0pHBLDrc4q3EcDQYaPFTSeOFoJGZy';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'toposcope-web-'));
  path = join(directory, 'web.yml');
  writeFileSync(join(directory, 'cert.pem'), 'certificate');
  writeFileSync(join(directory, 'key.pem'), 'key');
  writeFileSync(join(directory, 'ca.pem'), 'authority');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The format is tested here; real certificates are in the integration tests. */
const readWebConfig = (file: string) => readChecked(file, () => undefined);

const TLS = 'tls_server_config: {cert_file: cert.pem, key_file: key.pem';

describe('readWebConfig', () => {
  it('reads the toolkit’s format, files relative to it', () => {
    writeFileSync(
      path,
      `${TLS}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem, min_version: TLS13}
http_server_config: {http2: true, headers: {X-Frame-Options: deny}}
basic_auth_users: {anna: '${HASH}'}
`,
    );
    const config = readWebConfig(path);
    expect(config.tls).toMatchObject({
      clientAuth: 'RequireAndVerifyClientCert',
      context: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', cert: Buffer.from('certificate') },
    });
    expect(config.headers).toEqual({ 'X-Frame-Options': 'deny' });
    expect([...config.users]).toEqual([['anna', HASH]]);
    expect(config.files).toEqual(
      ['web.yml', 'cert.pem', 'key.pem', 'ca.pem'].map((name) => join(directory, name)),
    );
  });

  it('takes TLS 1.2 as the least version by default', () => {
    writeFileSync(path, `${TLS}}`);
    expect(readWebConfig(path).tls?.context.minVersion).toBe('TLSv1.2');
  });

  it.each([
    ['an empty file', ''],
    ['a file of comments', '# nothing\n'],
    ['empty sections', 'tls_server_config:\nbasic_auth_users:\nhttp_server_config:\n'],
  ])('takes %s as no protection at all', (_case, text) => {
    writeFileSync(path, text);
    expect(readWebConfig(path)).toMatchObject({ tls: undefined, headers: {} });
  });

  it.each([
    ['an unknown section', 'tls_server: {}', /tls_server/],
    ['an unknown key', `${TLS}, cert: x}`, /tls_server_config: .*cert/],
    ['a section of another kind', 'basic_auth_users: [anna]', /basic_auth_users/],
    ['no key file', 'tls_server_config: {cert_file: cert.pem}', /tls_server_config\.key_file/],
    [
      'a certificate that is not there',
      'tls_server_config: {cert_file: no.pem, key_file: key.pem}',
      /no\.pem/,
    ],
    ['an unknown version', `${TLS}, min_version: SSL30}`, /min_version/],
    ['an unknown client_auth_type', `${TLS}, client_auth_type: Perhaps}`, /client_auth_type/],
    ['an authority that nobody asks for', `${TLS}, client_ca_file: ca.pem}`, /client_ca_file/],
    [
      'verification without an authority',
      `${TLS}, client_auth_type: RequireAndVerifyClientCert}`,
      /client_ca_file/,
    ],
    [
      'a password in clear',
      'basic_auth_users: {anna: secret}',
      /basic_auth_users\.anna: must be a bcrypt hash/,
    ],
    ['YAML that is none', 'basic_auth_users:\n  anna: [', /it is not YAML: [^\n]+ at line 2, column \d+$/],
  ])('refuses %s and names the file', (_case, text, message) => {
    writeFileSync(path, text);
    expect(() => readWebConfig(path)).toThrow(message);
    expect(() => readWebConfig(path)).toThrow(path);
  });

  it('refuses a certificate that is none', () => {
    writeFileSync(path, `${TLS}}`);
    expect(() => readChecked(path)).toThrow(/web\.yml.*tls_server_config: the certificate/);
  });

  it('refuses a file that is not there', () => {
    expect(() => readWebConfig(join(directory, 'none.yml'))).toThrow(/none\.yml/);
  });
});

describe('watchWebConfig', () => {
  it('is open to all without a file', () => {
    expect(watchWebConfig(undefined, { warn: vi.fn(), info: vi.fn() }).current().users.size).toBe(0);
  });

  it('throws at the start when the file cannot be used', () => {
    expect(() => watchWebConfig(join(directory, 'none.yml'), { warn: vi.fn(), info: vi.fn() })).toThrow();
  });

  it('follows changes of the file and of the certificate', () => {
    writeFileSync(path, `${TLS}}`);
    const source = watchWebConfig(path, { warn: vi.fn(), info: vi.fn() }, () => undefined);
    const before = source.current();
    expect(source.current()).toBe(before);
    writeFileSync(join(directory, 'cert.pem'), 'renewed certificate');
    expect(source.current().tls?.context.cert).toEqual(Buffer.from('renewed certificate'));
    writeFileSync(path, `basic_auth_users: {anna: '${HASH}'}`);
    expect(source.current().users.has('anna')).toBe(true);
  });

  it('keeps the last good state, warns once, and recovers', () => {
    writeFileSync(path, `basic_auth_users: {anna: '${HASH}'}`);
    const log = { warn: vi.fn(), info: vi.fn() };
    const source = watchWebConfig(path, log);
    writeFileSync(path, 'basic_auth_users: {anna: broken}');
    expect(source.current().users.get('anna')).toBe(HASH);
    expect(source.current().users.get('anna')).toBe(HASH);
    expect(log.warn).toHaveBeenCalledOnce();
    rmSync(path);
    expect(source.current().users.get('anna')).toBe(HASH);
    writeFileSync(path, `basic_auth_users: {berta: '${HASH}'}`);
    expect([...source.current().users.keys()]).toEqual(['berta']);
  });
});

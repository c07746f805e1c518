import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A certificate and its key, each as a file and as PEM text. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** An authority of a test's own, made by OpenSSL, and what it signs. All of it is in one folder that `remove` deletes. */
export class Authority {
  private constructor(private readonly folder: string) {}

  static create(): Authority {
    const authority = new Authority(mkdtempSync(path.join(tmpdir(), 'toposcope-authority-')));
    authority.openssl(
      ...NEW_KEY,
      ...['-x509', '-days', '1', '-subj', '/CN=test authority', '-keyout', 'ca.key', '-out', 'ca.crt'],
    );
    return authority;
  }

  get certFile(): string {
    return path.join(this.folder, 'ca.crt');
  }

  get cert(): string {
    return readFileSync(this.certFile, 'utf8');
  }

  /** @param names what it is for, such as `DNS:web-1` or `IP:127.0.0.1` */
  sign(name: string, ...names: readonly string[]): Certificate {
    const file = (ending: string): string => path.join(this.folder, `${name}.${ending}`);
    writeFileSync(file('ext'), `subjectAltName=${names.join(',')}\n`);
    this.openssl(...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', file('key'), '-out', file('csr'));
    this.openssl(
      ...['x509', '-req', '-in', file('csr'), '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', '1', '-extfile', file('ext'), '-out', file('crt')],
    );
    return {
      certFile: file('crt'),
      keyFile: file('key'),
      cert: readFileSync(file('crt'), 'utf8'),
      key: readFileSync(file('key'), 'utf8'),
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'ignore' });
  }
}

const NEW_KEY = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'] as const;

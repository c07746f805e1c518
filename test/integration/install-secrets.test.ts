import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TIERS = ['view.token', 'operate.token', 'admin.token'];
const GATEWAY = [...TIERS, 'join.token', 'gateway.key', 'gateway.pub'];

describe.skipIf(process.getuid?.() !== 0)('the secrets of the Compose stack (needs root)', () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  const make = () =>
    promisify(execFile)('sh', [path.join(ROOT, 'compose/make-secrets.sh'), folder], {
      env: { ...process.env, TOPOSCOPE_COMPANION_MAIN: path.join(ROOT, 'companion/dist/main.js') },
    });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'toposcope-secrets-'));
    // Volumes, in the stack.
    await Promise.all(['gateway', 'agent', 'grafana'].map((name) => mkdir(at(name))));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are made once, each service’s own, for its user alone', async () => {
    await make();
    const first = await readFile(at('gateway/gateway.key'), 'utf8');
    const password = await readFile(at('grafana/grafana-admin.password'), 'utf8');
    expect(password).toMatch(/^[\w-]{24}\n$/);
    await make();
    expect(await readFile(at('gateway/gateway.key'), 'utf8')).toBe(first);
    expect(await readFile(at('grafana/grafana-admin.password'), 'utf8')).toBe(password);
    expect((await readdir(at('gateway'))).sort()).toEqual(GATEWAY.toSorted());
    expect((await readdir(at('agent'))).sort()).toEqual(['gateway.pub', 'join.token']);
    expect((await readdir(at('grafana'))).sort()).toEqual([...TIERS, 'grafana-admin.password'].sort());
    for (const [name, user] of Object.entries({ gateway: 1000, agent: 0, grafana: 472 })) {
      for (const file of await readdir(at(name))) {
        const { mode, uid } = statSync(at(`${name}/${file}`));
        expect([file, uid, mode & 0o077]).toEqual([file, user, 0]);
      }
    }
  });

  it('are made anew where a first start was killed in between', async () => {
    await writeFile(at('gateway/view.token'), 'of nobody\n');
    await writeFile(at('grafana/grafana-admin.password'), '');
    await make();
    const token = readFileSync(at('gateway/view.token'), 'utf8');
    expect(token).toMatch(/^[\w-]{43}\n$/);
    expect(readFileSync(at('grafana/view.token'), 'utf8')).toBe(token);
    expect(readFileSync(at('grafana/grafana-admin.password'), 'utf8')).toMatch(/^[\w-]{24}\n$/);
  });

  it('say which one is gone, and what to do, and stay as they are', async () => {
    await make();
    await rm(at('gateway/operate.token'));
    const before = await readFile(at('gateway/gateway.key'), 'utf8');
    await expect(make()).rejects.toThrow(/operate\.token is missing.*volume rm compose_gateway-secrets/s);
    expect(await readFile(at('gateway/gateway.key'), 'utf8')).toBe(before);
  });

  it('are made anew where those of the gateways were removed, but for the first password', async () => {
    await make();
    const password = await readFile(at('grafana/grafana-admin.password'), 'utf8');
    for (const name of await readdir(at('gateway'))) {
      await rm(at(`gateway/${name}`));
    }
    await make();
    expect((await readdir(at('gateway'))).sort()).toEqual(GATEWAY.toSorted());
    const key = await readFile(at('gateway/gateway.pub'), 'utf8');
    expect(await readFile(at('agent/gateway.pub'), 'utf8')).toBe(key);
    expect(await readFile(at('grafana/grafana-admin.password'), 'utf8')).toBe(password);
  });
});

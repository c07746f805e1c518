import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { kubernetesAccess } from '../../companion/src/cluster/kubernetes/access.js';
import { ApiClient } from '../../companion/src/cluster/kubernetes/api-client.js';
import { kubernetes } from '../../companion/src/cluster/kubernetes/kubernetes.js';
import { performOnObject } from '../../companion/src/cluster/perform-on-object.js';
import type { ActionName } from '../../companion/src/protocol/action.js';
import type { IdentifiedObject } from '../../companion/src/protocol/objects.js';
import { until } from '../engines/companion.js';
import type { KubernetesApi } from '../engines/kubernetes-api.js';
import { POD, problemOf, useKubernetesCluster, WEB } from '../engines/kubernetes-cluster.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const cluster = useKubernetesCluster();

describe('bad input', () => {
  it.each([
    ['an unknown kind', '/clusters/prod/objects/secret/shop/web', 400, 'bad-request'],
    ['an unknown name', '/clusters/prod/objects/pod/shop/nobody', 404, 'object-unknown'],
    ['an unknown cluster', '/clusters/test/objects/pod/shop/web-1', 404, 'cluster-unknown'],
    ['a name with dots in a row', '/clusters/prod/objects/pod/shop/a..b', 400, 'bad-request'],
    ['a name that ends in a dash', '/clusters/prod/objects/pod/shop/a-', 400, 'bad-request'],
    ['a name too long', `/clusters/prod/objects/pod/shop/${'a'.repeat(254)}`, 400, 'bad-request'],
    ['dots for a name', '/clusters/prod/objects/pod/shop/..%2fnodes', 403, 'path-refused'],
    ['an escaped slash', '/clusters/prod/objects/pod/shop%2f..%2fkube-system/web-1', 403, 'path-refused'],
    ['an escaped letter', '/clusters/prod/objects/pod/shop/%77eb-1', 403, 'path-refused'],
    ['a slash too many', '/clusters/prod/objects/pod/shop/web-1/exec', 404, 'route-unknown'],
    ['a pod without a namespace', '/clusters/prod/objects/pod/-/web-1', 400, 'bad-request'],
    ['a node with a namespace', '/clusters/prod/objects/node/shop/node-1.example', 400, 'bad-request'],
    ['a namespace with dots', '/clusters/prod/objects/pod/a.b/web-1', 400, 'bad-request'],
    ['the stream of a log', `${POD}/logs?stream=stderr`, 400, 'bad-request'],
  ])('%s is refused, and the cluster is asked nothing odd', async (_, target, status, code) => {
    expect(await problemOf(await cluster.gateway.get('admin', target))).toMatchObject({ status, code });
    expect(
      cluster.api.requests
        .map(({ path }) => path)
        .filter((path) => /secret|kube-system|exec|\.\./.test(path)),
    ).toEqual([]);
  });

  it.each([
    ['a million replicas', { action: 'scale', replicas: 1_000_000 }],
    ['a text of replicas', { action: 'scale', replicas: '3' }],
    ['an action for containers', { action: 'stop' }],
    ['another namespace in the body', { action: 'scale', replicas: 1, namespace: 'kube-system' }],
  ])('%s is refused', async (_, command) => {
    expect(await cluster.act(WEB, command)).toMatchObject({ code: 'bad-request' });
    expect(cluster.api.requests).toEqual([]);
  });

  it('a permit is for one object: not for another one of its name, and not for what hosts do', async () => {
    const claims = { sub: 'alice', jti: '0123456789abcdef', container: '' };
    const object: IdentifiedObject = { kind: 'pod', namespace: 'shop', name: 'web-1', uid: 'u-gone' };
    await expect(
      cluster.perform({ ...claims, object, request: { action: 'delete-pod' } }),
    ).rejects.toMatchObject({
      code: 'object-unknown',
    });
    await expect(cluster.perform({ ...claims, request: { action: 'delete-pod' } })).rejects.toMatchObject({
      code: 'bad-request',
    });
    await expect(
      cluster.perform({ ...claims, object, request: { action: 'host-shell' } }),
    ).rejects.toMatchObject({
      code: 'bad-request',
    });
    expect(cluster.api.changes).toEqual([]);
  });

  it('the ceiling of the agent holds whatever the gateway permits', async () => {
    const orchestrator = kubernetes(new ApiClient(await kubernetesAccess(undefined, cluster.api.root)));
    const claims = {
      ...{ sub: 'alice', jti: '0123456789abcdef', container: '' },
      object: { kind: 'pod', namespace: 'shop', name: 'web-1', uid: 'u-web-1' } as const,
      request: { action: 'delete-pod' } as const,
    };
    const { signal } = new AbortController();
    await expect(
      performOnObject(orchestrator, new Set<ActionName>(['describe']), claims, signal),
    ).rejects.toMatchObject({ code: 'agent-refused' });
    expect(cluster.api.requests).toEqual([]);
  });
});

describe('an API server in trouble', () => {
  it('that refuses by RBAC is told as a 403 with its reason, before and after looking', async () => {
    cluster.api.forbids = ({ method }) => method === 'PATCH';
    expect(await cluster.act(WEB, { action: 'scale', replicas: 3 })).toMatchObject({
      code: 'cluster-refused',
      status: 403,
      detail: expect.stringContaining('system:serviceaccount:toposcope:toposcope-cluster') as unknown,
    });
    expect((await cluster.gateway.audit()).at(-1)).toMatchObject({
      outcome: 'failed',
      code: 'cluster-refused',
    });
    cluster.api.forbids = () => true;
    expect(await cluster.act(WEB, { action: 'scale', replicas: 3 })).toMatchObject({
      code: 'cluster-refused',
    });
    expect((await cluster.gateway.audit()).at(-1)).toMatchObject({
      outcome: 'refused',
      code: 'cluster-refused',
    });
  });

  it.each<[string, NonNullable<KubernetesApi['fault']>, string]>([
    ['says nothing', () => undefined, 'did not answer in 1 s'],
    [
      'stops in the middle',
      (response) => void response.writeHead(200).write('{"kind"'),
      'did not answer in 1 s',
    ],
    ['cuts the connection', (response) => response.destroy(), 'cannot be reached'],
    ['answers a page', (response) => response.end('<html>proxy</html>'), 'no JSON'],
    ['answers another object', (response) => response.end('{"kind":"Status"}'), 'something else'],
    [
      'answers another error page',
      (response) => response.writeHead(502).end('<html>secret of the proxy</html>'),
      'the API server answered 502',
    ],
    [
      'answers without end',
      (response) => void response.writeHead(200).end('x'.repeat(9 * 1024 * 1024)),
      '8 MiB',
    ],
    [
      'sends somewhere else',
      (response) => response.writeHead(302, { location: 'https://192.0.2.1/' }).end(),
      '302',
    ],
  ])('that %s is told as such', async (_, fault, detail) => {
    cluster.api.fault = fault;
    const problem = await problemOf(await cluster.gateway.get('admin', WEB));
    expect(problem).toMatchObject({ code: 'cluster-failed', status: 502 });
    expect(problem.detail).toContain(detail);
    expect(problem.detail).not.toContain('secret of the proxy');
  });

  it('that takes a new token is given it as soon as the kubelet has replaced the old one', async () => {
    cluster.api.rotateToken('second-token');
    const refused = await problemOf(await cluster.gateway.get('view', WEB));
    expect(refused).toMatchObject({
      code: 'cluster-failed',
      detail: expect.stringContaining('401') as unknown,
    });
    cluster.api.mountToken();
    expect((await cluster.gateway.get('view', WEB)).status).toBe(200);
    cluster.api.unmountToken();
    const missing = await problemOf(await cluster.gateway.get('view', WEB));
    expect(missing.detail).toContain('credentials cannot be read');
    cluster.api.mountToken();
    for (const text of [
      JSON.stringify(missing),
      JSON.stringify(refused),
      JSON.stringify(await cluster.gateway.audit()),
    ]) {
      expect(text).not.toMatch(/first-token|second-token/);
    }
  });

  it('is asked by the command too, and nothing that it says has the token in it', async () => {
    execFileSync('npx', ['tsc', '-b', 'companion'], { cwd: ROOT, stdio: 'ignore' });
    const folder = await mkdtemp(path.join(tmpdir(), 'companion-cluster-'));
    await writeFile(path.join(folder, 'join.token'), cluster.secrets.join);
    await writeFile(
      path.join(folder, 'gateway.pub'),
      cluster.secrets.permits.publicKey.export({ type: 'spki', format: 'pem' }),
    );
    const child = spawn(
      process.execPath,
      [
        ...['companion/dist/main.js', '--log.level', 'debug', 'cluster', '--cluster.name', 'by-command'],
        ...[
          '--gateway',
          cluster.gateway.url,
          '--kubernetes.config',
          cluster.api.writeKubeconfig(),
          '--allow',
          'describe,scale',
        ],
        ...['--join.token-file', path.join(folder, 'join.token')],
        ...['--gateway.key-file', path.join(folder, 'gateway.pub')],
      ],
      { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let log = '';
    child.stderr.on('data', (data: Buffer) => (log += data.toString()));
    try {
      await until('the command is connected', () => cluster.gateway.register.size === 2);
      const web = '/clusters/by-command/objects/deployment/shop/web';
      expect(await cluster.act(web, { action: 'scale', replicas: 3 })).toEqual({
        done: 'web is scaled from 2 to 3.',
      });
      expect(await cluster.act(web, { action: 'rollout-restart' })).toMatchObject({ code: 'agent-refused' });
      cluster.api.rotateToken('third-token');
      expect(await problemOf(await cluster.gateway.get('view', web))).toMatchObject({
        code: 'cluster-failed',
      });
      await until('it has said what it was permitted', () => log.includes('"action":"scale"'));
      expect(log).not.toMatch(/-token["\s]|hunter2/);
    } finally {
      cluster.api.mountToken();
      const exited = once(child, 'exit');
      child.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
      await until('it has gone', () => cluster.gateway.register.size === 1);
    }
  });

  it('is also reached by a kubeconfig, from outside the cluster', async () => {
    const outside = kubernetes(new ApiClient(await kubernetesAccess(cluster.api.writeKubeconfig())));
    const found = await outside.find({ kind: 'deployment', namespace: 'shop', name: 'web' });
    expect(found.uid).toBe('u-web');
    await expect(kubernetesAccess(undefined, '/nowhere')).rejects.toThrow('--kubernetes.config');
  });

  // The last one: nothing answers at that address afterwards.
  it('that is gone is told as such', async () => {
    await cluster.api.stop();
    await sleep(0);
    expect(await problemOf(await cluster.gateway.get('view', WEB))).toMatchObject({
      code: 'cluster-failed',
      detail: expect.stringContaining('cannot be reached (ECONNREFUSED)') as unknown,
    });
  });
});

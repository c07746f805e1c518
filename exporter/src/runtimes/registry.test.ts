import { EventEmitter } from 'node:events';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followRuntimes, type RuntimeOptions, type Runtimes } from './registry.js';
import { findSockets } from './sockets.js';

let root: string;
let runtimes: Runtimes | undefined;
const servers: Server[] = [];
const log = { info: vi.fn(), warn: vi.fn() };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'toposcope-sockets-'));
  vi.clearAllMocks();
});
afterEach(async () => {
  await runtimes?.close();
  runtimes = undefined;
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(root, { recursive: true, force: true });
});

/** A Docker engine without containers. */
async function listen(path: string): Promise<void> {
  const socketPath = join(root, path);
  mkdirSync(dirname(socketPath), { recursive: true });
  const server = createServer((request, response) => {
    const isEvents = request.url?.includes('/events') === true;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (!isEvents) {
      response.end(request.url?.includes('/version') === true ? '{}' : '[]');
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
}

function follow(named: Partial<RuntimeOptions> = {}): Runtimes {
  runtimes = followRuntimes(
    { docker: [], cri: [], ...named },
    { log, news: new EventEmitter(), roots: [root], lookEveryMs: 20 },
  );
  return runtimes;
}
const sockets = ({ all }: Runtimes) => all.map(({ socketPath }) => socketPath.replace(root, ''));

describe('findSockets', () => {
  it('finds every usual place, and those of users who are logged in', () => {
    const places = [
      '/var/run/docker.sock',
      '/run/podman/podman.sock',
      '/run/user/1000/docker.sock',
      '/run/user/1000/podman/podman.sock',
      '/run/user/1001/podman/podman.sock',
    ];
    const cri = [
      '/run/containerd/containerd.sock',
      '/run/crio/crio.sock',
      '/run/k3s/containerd/containerd.sock',
    ];
    for (const path of [...places, ...cri, '/run/user/lost+found/docker.sock']) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), '');
    }
    const found = (api: 'docker' | 'cri') => findSockets(api, [root]).map((path) => path.replace(root, ''));
    expect(found('docker')).toEqual(places);
    expect(found('cri')).toEqual(cri);
  });

  it('finds those of a host whose root is mounted, and none twice', () => {
    const host = join(root, 'host/root');
    for (const path of ['run/k3s/containerd/containerd.sock', 'run/docker.sock']) {
      mkdirSync(dirname(join(host, path)), { recursive: true });
      writeFileSync(join(host, path), '');
    }
    // As links on a host are: absolute, so that they lead elsewhere here.
    mkdirSync(join(host, 'var'));
    symlinkSync('/run/of-nobody', join(host, 'var/run'));
    // As a container mounts the engine's socket.
    mkdirSync(join(root, 'var/run'), { recursive: true });
    linkSync(join(host, 'run/docker.sock'), join(root, 'var/run/docker.sock'));
    expect(findSockets('docker', [root, host])).toEqual([join(root, 'var/run/docker.sock')]);
    expect(findSockets('docker', [host])).toEqual([join(host, 'run/docker.sock')]);
    expect(findSockets('cri', [root, host])).toEqual([join(host, 'run/k3s/containerd/containerd.sock')]);
  });
});

describe('followRuntimes', () => {
  it('follows several engines of one host', async () => {
    await listen('/var/run/docker.sock');
    await listen('/run/podman/podman.sock');
    const found = follow();
    await found.ready;
    expect(sockets(found)).toEqual(['/var/run/docker.sock', '/run/podman/podman.sock']);
    expect(found.all.map((runtime) => runtime.problem())).toEqual([undefined, undefined]);
  });

  it('finds a user’s engine when the user logs in', async () => {
    await listen('/var/run/docker.sock');
    const found = follow();
    await listen('/run/user/1000/podman/podman.sock');
    await vi.waitFor(() =>
      expect(sockets(found)).toEqual(['/var/run/docker.sock', '/run/user/1000/podman/podman.sock']),
    );
    await vi.waitFor(() => expect(found.all[1]?.problem()).toBeUndefined());
  });

  it('follows only the sockets that are named, and looks for those of the other API', async () => {
    await listen('/var/run/docker.sock');
    await listen('/run/podman/podman.sock');
    mkdirSync(join(root, 'run/crio'), { recursive: true });
    writeFileSync(join(root, 'run/crio/crio.sock'), '');
    const found = follow({ docker: [join(root, '/run/podman/podman.sock')] });
    expect(sockets(found)).toEqual(['/run/podman/podman.sock', '/run/crio/crio.sock']);
  });

  it('looks for none of an API of which “none” is named', async () => {
    await listen('/var/run/docker.sock');
    const found = follow({ docker: ['none'], cri: ['none'] });
    await found.ready;
    expect(found.all).toEqual([]);
    expect(log.warn).not.toHaveBeenCalled();
  });
});

import { once } from 'node:events';
import { createServer, type Socket, connect } from 'node:net';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dial } from '../../companion/src/agent/dial.js';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { Authority } from '../engines/certificates.js';
import {
  makeSecrets,
  startAgent,
  startGateway,
  until,
  type AgentSettings,
  type GatewaySettings,
  type TestGateway,
} from '../engines/companion.js';
import { freePort } from '../engines/free-port.js';
import { TerminalClient } from '../engines/terminal-client.js';

const IMAGE = 'toposcope-test-companion-tunnel';
const HEARTBEAT_MS = 500;
const POLICY = 'rules: [{ allow: "*" }]';
const docker = new Docker();
const secrets = makeSecrets();
let container: Docker.Container;
const opened: (() => Promise<void>)[] = [];

beforeAll(async () => {
  await buildBusyboxImage(docker, IMAGE);
  container = await docker.createContainer({
    Image: IMAGE,
    HostConfig: { NetworkMode: 'none' },
    Cmd: ['sleep', '3600'],
  });
  await container.start();
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) {
    await close();
  }
});
afterAll(async () => {
  await container.remove({ force: true });
  await docker.getImage(IMAGE).remove({ force: true });
});

async function gatewayAt(settings: GatewaySettings = {}): Promise<TestGateway> {
  const gateway = await startGateway(secrets, { policy: POLICY, heartbeatMs: HEARTBEAT_MS, ...settings });
  opened.push(() => gateway.close());
  return gateway;
}

function agentOf(settings: AgentSettings): { stop(): Promise<void> } {
  const agent = startAgent(secrets, { heartbeatMs: HEARTBEAT_MS, ...settings });
  opened.push(() => agent.stop());
  return agent;
}

const hostsOf = ({ register }: TestGateway): string[] => register.list().map(({ hello }) => hello.host);

/** A wire that can be cut without a word, as a cable is: both ends stay open and hear nothing. */
async function wire(
  to: number,
): Promise<{ port: number; cut: () => void; mend: () => void; close: () => Promise<void> }> {
  let whole = true;
  const sockets = new Set<Socket>();
  const server = createServer((inbound) => {
    const outbound = connect(to, '127.0.0.1');
    for (const socket of [inbound, outbound]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        if (whole) {
          (socket === inbound ? outbound : inbound).destroy();
        }
      });
    }
    inbound.on('data', (chunk: Buffer) => whole && outbound.write(chunk));
    outbound.on('data', (chunk: Buffer) => whole && inbound.write(chunk));
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    cut: () => (whole = false),
    mend: () => (whole = true),
    async close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

describe('three agents and two gateways behind one name', () => {
  const HOSTS = ['one', 'two', 'three'];

  it('are all known to both, and one gateway that dies takes nothing with it', async () => {
    const port = await freePort();
    const first = await gatewayAt({ address: '127.0.0.1', port });
    const second = await startGateway(secrets, {
      policy: POLICY,
      heartbeatMs: HEARTBEAT_MS,
      address: '127.0.0.2',
      port,
    });
    for (const host of HOSTS) {
      agentOf({ host, gateway: new URL(`http://localhost:${port}`), addresses: ['127.0.0.1', '127.0.0.2'] });
    }
    await until('all know all', () => [first, second].every((gateway) => hostsOf(gateway).length === 3));

    const at = `/hosts/two/containers/${container.id}`;
    const kept = await TerminalClient.open(first, at, { action: 'exec', command: ['sh'] });
    const dying = await TerminalClient.open(second, at, { action: 'exec', command: ['sh'] });
    await second.close();
    await dying.ended();
    kept.type('echo still-$((40+2))\n');
    await kept.sees('still-42');
    kept.close();
    expect((await first.get('view', `/hosts/three/containers/${container.id}`)).status).toBe(200);

    const again = await gatewayAt({ address: '127.0.0.2', port });
    await until('the agents are back', () => hostsOf(again).length === 3);
  });

  it('find a gateway that joins, when the name is resolved again', async () => {
    const port = await freePort();
    const first = await gatewayAt({ address: '127.0.0.1', port });
    const addresses = ['127.0.0.1'];
    agentOf({ host: 'one', gateway: new URL(`http://localhost:${port}`), addresses, resolveEveryMs: 300 });
    await until('the first knows it', () => hostsOf(first).length === 1);
    const second = await gatewayAt({ address: '127.0.0.2', port });
    addresses.push('127.0.0.2');
    await until('the second knows it', () => hostsOf(second).length === 1);
  });
});

describe('a tunnel', () => {
  it('that is cut without a word is gone within three heartbeats, at both ends, and comes back', async () => {
    const gateway = await gatewayAt();
    const cable = await wire(gateway.port);
    opened.push(() => cable.close());
    agentOf({ host: 'far', gateway: new URL(`http://127.0.0.1:${cable.port}`) });
    await until('it is there', () => hostsOf(gateway).length === 1);
    const at = `/hosts/far/containers/${container.id}`;
    const terminal = await TerminalClient.open(gateway, at, { action: 'exec', command: ['sh'] });
    const followed = await gateway.get('view', `${at}/logs?follow=true`);
    const brokenOff = expect(followed.text()).rejects.toThrow('terminated');

    cable.cut();
    const cutAt = Date.now();
    await until('the register is right', () => hostsOf(gateway).length === 0);
    // Three beats, and what a busy machine adds.
    expect(Date.now() - cutAt).toBeLessThan(3 * HEARTBEAT_MS + 10_000);
    await terminal.ended();
    expect(terminal.last).toMatchObject({ type: 'problem', problem: { code: 'agent-lost' } });
    await brokenOff;
    expect((await gateway.audit()).filter(({ action }) => action === 'logs').at(-1)).toMatchObject({
      outcome: 'failed',
      code: 'agent-lost',
    });
    expect((await gateway.get('view', at)).status).toBe(404);

    cable.mend();
    await until('it is back', () => hostsOf(gateway).length === 1);
    await until('its shell has ended', async () => (await processes()).length === 1).catch(
      async (error: unknown) => {
        throw new Error(`left: ${JSON.stringify(await processes())}`, { cause: error });
      },
    );
  });

  it('is gone at once when its agent ends', async () => {
    const gateway = await gatewayAt();
    const agent = startAgent(secrets, { host: 'ending', gateway: new URL(gateway.url) });
    await until('it is there', () => hostsOf(gateway).length === 1);
    await agent.stop();
    await until('it is gone', () => hostsOf(gateway).length === 0, 2_000);
  });

  it('of a host that knocks again replaces the old one', async () => {
    const gateway = await gatewayAt();
    agentOf({ host: 'twice', gateway: new URL(gateway.url) });
    await until('it is there', () => hostsOf(gateway).length === 1);
    const [before] = gateway.register.list();
    agentOf({ host: 'twice', gateway: new URL(gateway.url) });
    await until('it is replaced', () => gateway.register.list()[0] !== before);
    expect(hostsOf(gateway)).toEqual(['twice']);
  });

  it('is not opened with a wrong token', async () => {
    const gateway = await gatewayAt();
    agentOf({ host: 'stranger', gateway: new URL(gateway.url), joinToken: 'x'.repeat(32) });
    await until('it is refused and written down', async () =>
      (await gateway.audit()).some(({ code, outcome }) => code === 'token-refused' && outcome === 'refused'),
    );
    expect(hostsOf(gateway)).toEqual([]);
  });

  it('lets nothing through but what its agent allows, whatever the gateway decides', async () => {
    const gateway = await gatewayAt();
    agentOf({ host: 'careful', gateway: new URL(gateway.url), allows: ['list', 'inspect'] });
    await until('it is there', () => hostsOf(gateway).length === 1);
    const [tunnel] = gateway.register.list();
    const at = `/hosts/careful/containers/${container.id}`;
    const response = await gateway.post('admin', `${at}/actions`, { action: 'stop' });
    expect(await response.json()).toMatchObject({ code: 'agent-refused' });
    // A gateway that was taken over signs whatever it likes.
    const permit = await gateway.core.signPermit({
      host: 'careful',
      user: 'mallory',
      container: container.id,
      request: { action: 'stop' },
    });
    await expect(tunnel?.value(permit, 5_000)).rejects.toMatchObject({ code: 'agent-refused' });
  });

  it('is worth nothing without permits: none, a foreign one, a used one, one for another host', async () => {
    const gateway = await gatewayAt();
    agentOf({ host: 'mine', gateway: new URL(gateway.url) });
    await until('it is there', () => hostsOf(gateway).length === 1);
    const [tunnel] = gateway.register.list();
    const ask = (permit: string): Promise<unknown> => tunnel?.value(permit, 5_000) ?? Promise.resolve();
    const permit = {
      host: 'mine',
      user: 'alice',
      container: container.id,
      request: { action: 'inspect' },
    } as const;
    const { permitSigner } = await import('../../companion/src/gateway/permit-signer.js');
    const used = await gateway.core.signPermit(permit);
    await ask(used);
    for (const bad of [
      'nonsense',
      used,
      await gateway.core.signPermit({ ...permit, host: 'other' }),
      await permitSigner(makeSecrets().permits.privateKey)(permit),
    ]) {
      await expect(ask(bad)).rejects.toMatchObject({ code: 'permit-refused' });
    }
  });
});

describe('TLS', () => {
  it('is between agent and gateway, and mutual where the gateway asks for it', async () => {
    const authority = Authority.create();
    opened.push(() => {
      authority.remove();
      return Promise.resolve();
    });
    const ca = authority.cert;
    const gateway = await gatewayAt({
      tls: { ...authority.sign('gateway', 'DNS:localhost', 'IP:127.0.0.1'), clientCa: ca },
    });
    const url = new URL(`https://localhost:${gateway.port}`);
    const { cert, key } = authority.sign('web-1', 'DNS:web-1');
    const own = { ca, cert, key };
    const addresses = ['127.0.0.1'];

    agentOf({ host: 'web-1', gateway: url, addresses, tls: own });
    await until('the one with the certificate is in', () => hostsOf(gateway).includes('web-1'));
    agentOf({ host: 'bare', gateway: url, addresses, tls: { ca } });
    agentOf({ host: 'db-1', gateway: url, addresses, tls: own });
    const refused = async (reason: string): Promise<boolean> =>
      (await gateway.audit()).some((line) => String(line.reason).includes(reason));
    await until('the one without is refused', () => refused('has no client certificate'));
    await until("the one with another's is refused", () => refused('not for the host'));
    const hello = { host: 'doubting', version: '1', allows: [] };
    await expect(
      dial('127.0.0.1', { gateway: url, joinToken: 'x', hello, tls: {} }, new AbortController().signal),
    ).rejects.toThrow('name who has by --tls.ca-file');
    expect(hostsOf(gateway)).toEqual(['web-1']);
  });
});

async function processes(): Promise<string[][]> {
  const { Processes } = (await container.top()) as { Processes: string[][] };
  return Processes;
}

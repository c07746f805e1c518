import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkPorts } from './ports.js';

describe('checkPorts', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
    }
  });

  async function listen(): Promise<number> {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
  async function unused(): Promise<number> {
    const port = await listen();
    await new Promise((resolve) => servers.pop()?.close(resolve));
    return port;
  }

  it('says nothing when the ports are free', async () => {
    const port = await unused();
    await expect(
      checkPorts([{ what: 'the viewer', flag: '--port', port, address: '127.0.0.1' }]),
    ).resolves.toBeUndefined();
  });

  it('names every port that is in use, and its flag', async () => {
    const [first, second] = [await listen(), await listen()];
    await expect(
      checkPorts([
        { what: 'the viewer', flag: '--port', port: first, address: '127.0.0.1' },
        { what: 'Prometheus', flag: '--prometheus-port', port: second, address: '127.0.0.1' },
      ]),
    ).rejects.toThrow(
      `Port ${first} (the viewer) is in use: stop what listens there, or choose another with --port.\n` +
        `Port ${second} (Prometheus) is in use: stop what listens there, or choose another with --prometheus-port.`,
    );
  });

  it('names a port that is asked for twice', async () => {
    const port = await unused();
    await expect(
      checkPorts([
        { what: 'the viewer', flag: '--port', port, address: '127.0.0.1' },
        { what: 'the exporter', flag: '--exporter-port', port, address: '127.0.0.1' },
      ]),
    ).rejects.toThrow(
      `Port ${port} is asked for twice, for the viewer and for the exporter: change one with --exporter-port.`,
    );
  });

  it('names an address that is not of this machine', async () => {
    const port = await unused();
    await expect(
      checkPorts([{ what: 'the viewer', flag: '--port', port, address: '192.0.2.1' }]),
    ).rejects.toThrow(`the viewer cannot listen on 192.0.2.1:${port} (EADDRNOTAVAIL)`);
  });
});

import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionCollector } from '../../exporter/src/collectors/connection.js';
import { run, type Namespace, type NamespaceProcess } from '../engines/network-namespaces.js';
import { eventually as eventuallyWithin, matches, sumOf, type Row } from './connection-rows.js';
import { NamespacePair } from './namespace-pair.js';

const generator = path.resolve('test/load/udp-load.mjs');
/** A busy machine passes seldom, and reads the tables of its namespaces in turn. */
const eventually = (watching: ConnectionCollector, check: (rows: Row[]) => void) =>
  eventuallyWithin(watching, check, 90);
const isRoot = process.getuid?.() === 0;

interface Counts {
  readonly sent: number;
  readonly received: number;
}

describe.skipIf(!isRoot)('UDP between two network namespaces (needs root: sudo npm test)', () => {
  const pair = new NamespacePair('toposcope-udp', 21);

  beforeEach(() => pair.setUp());
  afterEach(() => pair.tearDown());

  async function start(): Promise<ConnectionCollector> {
    // What lives on when clients and servers have ended, as other processes of a container do.
    [pair.a, pair.b].forEach((where) => pair.spawn(where, 'cat'));
    return pair.watch();
  }

  /** What `conntrack` lists of the namespace's flows to that port: it counts whole packets, headers included. */
  function listedBy({ name }: Namespace, family: 'ipv4' | 'ipv6', port: number) {
    const headerBytes = family === 'ipv4' ? 28 : 48;
    const flows = run('ip', 'netns', 'exec', name, 'conntrack', '-L', '-f', family, '-p', 'udp')
      .split('\n')
      .filter((line) => line.includes(`dport=${port} `))
      .map((line) =>
        [...line.matchAll(/packets=(\d+) bytes=(\d+)/g)].map(
          ([, packets, bytes]) => Number(bytes) - Number(packets) * headerBytes,
        ),
      );
    const sum = (direction: 0 | 1) => flows.reduce((total, flow) => total + (flow[direction] ?? 0), 0);
    return { flows: flows.length, sent: sum(0), received: sum(1) };
  }

  async function serve(port: number, address = '0.0.0.0'): Promise<NamespaceProcess> {
    const server = pair.spawn(pair.b, process.execPath, generator, 'server', String(port), address);
    await server.next();
    return server;
  }

  async function exchange(
    kind: 'connected' | 'unconnected',
    port: number,
    sockets: number,
    address = pair.b.address,
  ): Promise<{ client: NamespaceProcess; counts: Counts }> {
    const settings = [address, port, sockets, 5, 120, 700, kind].map(String);
    const client = pair.spawn(pair.a, process.execPath, generator, 'client', ...settings);
    return { client, counts: (await client.next()) as Counts };
  }

  function counts(rows: readonly Row[], role: 'client' | 'server', port: number) {
    const labels = { role, port: String(port), protocol: 'udp' };
    return {
      open: sumOf(rows, 'toposcope_connections_open', labels),
      opened: sumOf(rows, 'toposcope_connections_opened_total', labels),
      sent: sumOf(rows, 'toposcope_connection_sent_bytes_total', labels),
      received: sumOf(rows, 'toposcope_connection_received_bytes_total', labels),
    };
  }

  it.each([
    ['IPv4', 'ipv4', 8501, () => pair.b.address, '0.0.0.0'],
    ['IPv6', 'ipv6', 8502, () => pair.b.address6, '::'],
  ] as const)(
    'counts sockets that never connect, and their bytes, over %s at both ends',
    async (_, family, port, address, any) => {
      track(pair.a, true);
      const watching = await start();
      const server = await serve(port, any);
      const { counts: truth } = await exchange('unconnected', port, 40, address());
      expect(listedBy(pair.a, family, port)).toEqual({ flows: 40, ...truthOf(truth) });
      await eventually(watching, (rows) => {
        expect(counts(rows, 'client', port)).toEqual({ open: 40, opened: 40, ...truthOf(truth) });
        expect(counts(rows, 'server', port)).toEqual({
          open: 40,
          opened: 40,
          sent: truth.received,
          received: truth.sent,
        });
      });
      server.child.stdin.end();
      expect(await server.next()).toEqual({ requests: 200, received: truth.sent, sent: truth.received });
    },
  );

  it('knows the server of a flow that had ended before any pass', async () => {
    track(pair.a, true);
    const watching = await start();
    const server = await serve(8506);
    const { client, counts: truth } = await exchange('unconnected', 8506, 3);
    await Promise.all([server.stop(), client.stop()]);
    await eventually(watching, (rows) => {
      expect(counts(rows, 'client', 8506)).toMatchObject({ opened: 3, ...truthOf(truth) });
      expect(counts(rows, 'server', 8506)).toMatchObject({ opened: 3, sent: truth.received });
    });
  });

  it('has an edge to a server on an ephemeral port, and that port in no label', async () => {
    track(pair.a, true);
    const watching = await start();
    await serve(51_820);
    const { counts: truth } = await exchange('unconnected', 51_820, 5);
    const { counts: more } = await exchange('connected', 51_820, 5);
    const sent = truth.sent + more.sent;
    const rows = await eventually(watching, (found) => {
      const between = { protocol: 'udp', port: '' };
      const [client, server] = [
        { ...between, role: 'client', peer_ip: pair.b.address },
        { ...between, role: 'server', local_ip: pair.b.address, peer_ip: pair.a.address },
      ];
      expect(sumOf(found, 'toposcope_connections_opened_total', client)).toBe(10);
      expect(sumOf(found, 'toposcope_connection_sent_bytes_total', client)).toBe(sent);
      expect(sumOf(found, 'toposcope_connections_opened_total', server)).toBe(10);
      expect(sumOf(found, 'toposcope_connection_received_bytes_total', server)).toBe(sent);
    });
    const [first = 0] = run('sysctl', '-n', 'net.ipv4.ip_local_port_range').split(/\s+/).map(Number);
    const ports = rows
      .filter(({ labels }) => labels.protocol === 'udp')
      .flatMap(({ labels }) => [labels.port, labels.actual_port])
      .map(Number);
    expect(Math.max(...ports.filter((port) => !Number.isNaN(port)))).toBeLessThan(first);
  });

  it('counts a connected socket once, by itself, and adds the bytes of its flow', async () => {
    track(pair.a, true);
    const watching = await start();
    await serve(8503);
    const { client, counts: truth } = await exchange('connected', 8503, 10);
    await eventually(watching, (rows) => {
      expect(counts(rows, 'client', 8503)).toEqual({ open: 10, opened: 10, ...truthOf(truth) });
    });
    await client.stop();
    // Closed sockets, whose flows are tracked for a while yet, and some that no pass has seen open.
    const { client: brief } = await exchange('connected', 8503, 7);
    await brief.stop();
    await eventually(watching, (rows) => {
      expect(counts(rows, 'client', 8503)).toMatchObject({
        open: 0,
        opened: 17,
        sent: (truth.sent / 10) * 17,
      });
    });
  });

  it('has no rows of bytes where the kernel does not account, and none of TCP’s', async () => {
    track(pair.a, false);
    const watching = await start();
    await serve(8504);
    await exchange('unconnected', 8504, 3);
    const rows = await eventually(watching, (found) => {
      expect(counts(found, 'client', 8504)).toMatchObject({ opened: 3 });
    });
    const families = rows
      .filter((row) => matches(row, { port: '8504', role: 'client' }))
      .map(({ family }) => family);
    expect(families.sort()).toEqual(
      ['closed_total', 'failed_total', 'open', 'opened_total'].map((name) => `toposcope_connections_${name}`),
    );
  });

  it('closes a flow that is tracked no longer', async () => {
    track(pair.a, true);
    const watching = await start();
    await serve(8505);
    await exchange('unconnected', 8505, 4);
    await eventually(watching, (rows) => expect(counts(rows, 'client', 8505).open).toBe(4));
    run('ip', 'netns', 'exec', pair.a.name, 'conntrack', '-F');
    await eventually(watching, (rows) => {
      expect(counts(rows, 'client', 8505)).toMatchObject({ open: 0, opened: 4 });
      expect(sumOf(rows, 'toposcope_connections_closed_total', { role: 'client', port: '8505' })).toBe(4);
    });
  });
});

describe.skipIf(!isRoot)('UDP in two networks with the same addresses (needs root)', () => {
  const networks = [
    { name: 'left', pair: new NamespacePair('toposcope-left', 22), sockets: 3 },
    { name: 'right', pair: new NamespacePair('toposcope-right', 22), sockets: 5 },
  ] as const;

  beforeEach(() => networks.forEach(({ pair }) => pair.setUp()));
  afterEach(() => Promise.all(networks.map(({ pair }) => pair.tearDown())));

  it('leads to the other end in its own network, where both ends track', async () => {
    for (const { name, pair } of networks) {
      [pair.a, pair.b].forEach((where) => track(where, true));
      await pair.run(pair.a, ECHO, `${name}-neighbour`, 8508);
      await pair.run(pair.b, ECHO, `${name}-server`, 8507);
    }
    // Its first pass finds all four.
    const watching = await networks[0].pair.watch();
    for (const { name, pair, sockets } of networks) {
      await pair.run(pair.a, ASKER, `${name}-client`, pair.b.address, 8507, sockets);
    }
    await eventually(watching, (rows) => {
      for (const { name, sockets } of networks) {
        const [client, server] = [`${name}-client`, `${name}-server`];
        const of = { protocol: 'udp', port: '8507' };
        const atClient = { ...of, role: 'client', process: client, peer_process: server };
        const atServer = { ...of, role: 'server', process: server, peer_process: client };
        expect(sumOf(rows, 'toposcope_connections_open', atClient)).toBe(sockets);
        expect(sumOf(rows, 'toposcope_connections_open', atServer)).toBe(sockets);
      }
      for (const role of ['client', 'server']) {
        expect(sumOf(rows, 'toposcope_connections_open', { protocol: 'udp', port: '8507', role })).toBe(8);
      }
    });
  });
});

/** Sends back what it gets. */
const ECHO = `
  const [title, port] = process.argv.slice(1);
  process.title = title;
  const socket = require('dgram').createSocket('udp4');
  socket.on('message', (message, { address, port }) => socket.send(message, port, address));
  socket.bind(Number(port), () => console.log('{}'));
  process.stdin.on('end', () => process.exit()).resume();
`;

/** Asks once on each of so many sockets that do not connect, and keeps them. */
const ASKER = `
  const [title, address, port, count] = process.argv.slice(1);
  process.title = title;
  let answered = 0;
  for (let index = 0; index < Number(count); index++) {
    const socket = require('dgram').createSocket('udp4');
    socket.on('message', () => ++answered === Number(count) && console.log('{}'));
    socket.send('hello', Number(port), address);
  }
  process.stdin.on('end', () => process.exit()).resume();
`;

/** A rule that asks for the state of a connection is what switches tracking on in a namespace. */
function track({ name }: Namespace, accounting: boolean): void {
  for (const iptables of ['iptables', 'ip6tables']) {
    run(
      'ip',
      'netns',
      'exec',
      name,
      iptables,
      ...'-A INPUT -m conntrack --ctstate INVALID -j DROP'.split(' '),
    );
  }
  const settings = { acct: accounting ? 1 : 0, udp_timeout: 600, udp_timeout_stream: 600 };
  for (const [key, value] of Object.entries(settings)) {
    const setting = `net.netfilter.nf_conntrack_${key}=${value}`;
    run('ip', 'netns', 'exec', name, 'sysctl', '-qw', setting);
  }
}

function truthOf({ sent, received }: Counts): Counts {
  return { sent, received };
}

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionCollector } from '../../exporter/src/collectors/connection.js';
import { eventually, readRows, startCollector, sumOf, type Row } from './connection-rows.js';
import {
  NamespaceProcess,
  createPair,
  deleteNamespace,
  makeConnections,
  run,
  startServer,
  stopServer,
  type Namespace,
} from '../engines/network-namespaces.js';

const isRoot = process.getuid?.() === 0;

/** The rows of one port, from one end. */
function counts(rows: readonly Row[], role: 'client' | 'server', port: number) {
  const labels = { role, port: String(port) };
  return {
    open: sumOf(rows, 'toposcope_connections_open', labels),
    opened: sumOf(rows, 'toposcope_connections_opened_total', labels),
    closed: sumOf(rows, 'toposcope_connections_closed_total', labels),
    failed: sumOf(rows, 'toposcope_connections_failed_total', labels),
    sent: sumOf(rows, 'toposcope_connection_sent_bytes_total', labels),
    received: sumOf(rows, 'toposcope_connection_received_bytes_total', labels),
  };
}

describe.skipIf(!isRoot)('connections between two network namespaces (needs root: sudo npm test)', () => {
  let a: Namespace;
  let b: Namespace;
  let collector: ConnectionCollector | undefined;
  const processes: NamespaceProcess[] = [];

  beforeEach(() => {
    [a, b] = createPair('toposcope-test', 1);
  });

  afterEach(async () => {
    await collector?.close();
    collector = undefined;
    await Promise.all(processes.splice(0).map((process) => process.kill()));
    deleteNamespace(a.name);
    deleteNamespace(b.name);
  });

  async function start(...args: Parameters<typeof startCollector>): Promise<ConnectionCollector> {
    collector = startCollector(...args);
    await readRows(collector);
    return collector;
  }

  async function serve(port: number, address?: string): Promise<NamespaceProcess> {
    const server = await startServer(b, port, address);
    processes.push(server);
    return server;
  }

  it.each([
    ['IPv4', 8101, () => b.address, '0.0.0.0'],
    ['IPv6', 8102, () => b.address6, '::'],
    ['IPv4 to a server that listens on IPv6', 8103, () => b.address, '::'],
  ])(
    'counts each of 20,000 short connections over %s and all their bytes, at both ends',
    async (_, port, address, listenAddress) => {
      const watching = await start();
      const server = await serve(port, listenAddress);
      const client = await makeConnections(
        a,
        {
          address: address(),
          port,
          connections: 20_000,
          concurrency: 50,
          requestBytes: 100,
          replyBytes: 1_000,
        },
        4,
      );
      const truth = await stopServer(server);
      expect(client).toMatchObject({ opened: 20_000, failed: 0 });
      await eventually(watching, (rows) => {
        expect(counts(rows, 'client', port)).toEqual({
          open: 0,
          opened: client.opened,
          closed: client.opened,
          failed: 0,
          sent: client.sent,
          received: client.received,
        });
        expect(counts(rows, 'server', port)).toEqual({
          open: 0,
          opened: truth.accepted,
          closed: truth.closed,
          failed: 0,
          sent: truth.sent,
          received: truth.received,
        });
      });
    },
  );

  it('counts what is open, moves and ends, without what happened before it started', async () => {
    const server = await serve(8104);
    const holder = NamespaceProcess.start(a.name, process.execPath, '-e', HOLDER, b.address, '8104', '30');
    processes.push(holder);
    await holder.next();
    const watching = await start();
    await eventually(watching, (rows) => {
      expect(counts(rows, 'client', 8104)).toMatchObject({ open: 30, opened: 0, sent: 0, received: 0 });
      expect(counts(rows, 'server', 8104)).toMatchObject({ open: 30, opened: 0, sent: 0, received: 0 });
    });
    await holder.stop();
    const truth = await stopServer(server);
    // Each sends 100 bytes of its request when it is told to end, and is answered with 50.
    expect(truth).toMatchObject({ accepted: 30, received: 3_000, sent: 1_500 });
    await eventually(watching, (rows) => {
      expect(counts(rows, 'client', 8104)).toEqual({
        open: 0,
        opened: 0,
        closed: 30,
        failed: 0,
        sent: 3_000,
        received: 1_500,
      });
      expect(counts(rows, 'server', 8104)).toMatchObject({ closed: 30, sent: 1_500, received: 3_000 });
    });
  });

  it('says that events were lost when the buffer is too small, and has the open set right after one pass', async () => {
    const watching = await start({ receiveBufferBytes: 4_096, passIntervalMs: 600_000 });
    await serve(8105);
    const holder = NamespaceProcess.start(a.name, process.execPath, '-e', HOLDER, b.address, '8105', '20');
    processes.push(holder);
    await holder.next();
    await makeConnections(
      a,
      {
        address: b.address,
        port: 8105,
        connections: 8_000,
        concurrency: 100,
        requestBytes: 10,
        replyBytes: 10,
      },
      4,
    );
    await eventually(watching, (rows) => {
      expect(sumOf(rows, 'toposcope_netlink_overruns_total', {})).toBeGreaterThan(0);
      expect(counts(rows, 'client', 8105).open).toBe(20);
      expect(counts(rows, 'server', 8105).open).toBe(20);
    });
  });

  it('counts refused, timed-out and reset connection attempts as failed', async () => {
    const watching = await start();
    processes.push(NamespaceProcess.start(a.name, 'cat'));
    const attempt = (code: string) => run('ip', 'netns', 'exec', a.name, process.execPath, '-e', code);
    const connect = (address: string, port: number) =>
      `const s = require('net').connect(${port}, '${address}'); s.on('error', () => {}); setTimeout(() => s.destroy(), 300);`;
    attempt(connect(b.address, 8106));
    attempt(connect('10.79.1.77', 8106));
    await eventually(watching, (rows) => {
      expect(counts(rows, 'client', 8106)).toMatchObject({ open: 0, opened: 0, closed: 0, failed: 2 });
    });
  });

  it('reads retransmits and round trips as ss does, on a path that loses packets', async () => {
    const drop = ['-A', 'INPUT', '-p', 'tcp', '--dport', '8107', '-m', 'statistic', '--mode', 'random'];
    run('ip', 'netns', 'exec', b.name, 'iptables', ...drop, '--probability', '0.05', '-j', 'DROP');
    const watching = await start();
    await serve(8107);
    const sender = NamespaceProcess.start(
      a.name,
      process.execPath,
      '-e',
      SENDER,
      b.address,
      '8107',
      '2000000',
    );
    processes.push(sender);
    await sender.next();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const printed = run('ip', 'netns', 'exec', a.name, 'ss', '-Htino', 'dport', '=', '8107');
    const retransmitted = Number(/retrans:\d+\/(\d+)/.exec(printed)?.[1] ?? 0);
    const rttMs = Number(/ rtt:([\d.]+)/.exec(printed)?.[1]);
    expect(retransmitted).toBeGreaterThan(0);
    const labels = { role: 'client', port: '8107' };
    const before = await readRows(watching);
    const earlier = {
      sum: sumOf(before, 'toposcope_connection_rtt_seconds_sum', labels),
      samples: sumOf(before, 'toposcope_connection_rtt_seconds_count', labels),
    };
    await eventually(watching, (rows) => {
      expect(sumOf(rows, 'toposcope_connection_retransmitted_segments_total', labels)).toBe(retransmitted);
      expect(counts(rows, 'client', 8107)).toMatchObject({ open: 1, sent: 2_000_000 });
      expect(counts(rows, 'server', 8107)).toMatchObject({ received: 2_000_000 });
      const sum = sumOf(rows, 'toposcope_connection_rtt_seconds_sum', labels);
      const samples = sumOf(rows, 'toposcope_connection_rtt_seconds_count', labels);
      expect(samples).toBeGreaterThan(earlier.samples);
      // It has stopped sending: from now on every sample is the one that ss shows.
      expect((sum - earlier.sum) / (samples - earlier.samples)).toBeCloseTo(rttMs / 1_000, 6);
    });
  });

  it('lets go of namespaces and descriptors when their processes are gone', async () => {
    const watching = await start();
    await serve(8108);
    await eventually(watching, (rows) => {
      expect(sumOf(rows, 'toposcope_listener_info', { port: '8108' })).toBe(1);
    });
    await Promise.all(processes.splice(0).map((process) => process.kill()));
    const inodeOf = (name: string) => run('stat', '-L', '-c', '%i', `/run/netns/${name}`).trim();
    const inodes = [inodeOf(a.name), inodeOf(b.name)];
    deleteNamespace(a.name);
    deleteNamespace(b.name);
    await eventually(watching, (rows) => {
      expect(sumOf(rows, 'toposcope_listener_info', { port: '8108' })).toBe(0);
      const held = run('lsns', '-t', 'net', '-n', '-o', 'NS').split(/\s+/);
      expect(held.filter((inode) => inodes.includes(inode))).toEqual([]);
    });
  });

  it('falls back to /proc, where it knows what is open and who listens', async () => {
    const watching = await start({ mode: 'proc' });
    expect(watching.mode()).toBe('proc');
    await serve(8109);
    const holder = NamespaceProcess.start(a.name, process.execPath, '-e', HOLDER, b.address, '8109', '7');
    processes.push(holder);
    await holder.next();
    // Where there are many namespaces, it passes seldom.
    await eventually(
      watching,
      (rows) => {
        expect(counts(rows, 'client', 8109)).toMatchObject({ open: 7, opened: 7 });
        expect(counts(rows, 'server', 8109)).toMatchObject({ open: 7, opened: 7 });
        expect(sumOf(rows, 'toposcope_listener_info', { port: '8109', process: 'node' })).toBe(1);
      },
      50,
    );
    await holder.kill();
    await eventually(
      watching,
      (rows) => expect(counts(rows, 'client', 8109)).toMatchObject({ open: 0, closed: 7 }),
      50,
    );
  });
});

/** Holds connections open; at the end of its input it sends 100 bytes on each, reads the 50 of the answer, ends. */
const HOLDER = `
  const net = require('net');
  const [address, port, count] = process.argv.slice(1);
  const request = Buffer.alloc(100); request.writeUInt32BE(50, 0);
  let open = 0;
  const sockets = Array.from({ length: Number(count) }, () => net.connect(Number(port), address, () => {
    if (++open === Number(count)) console.log('{}');
  }));
  sockets.forEach((socket) => socket.on('error', () => {}).resume());
  process.stdin.on('end', () => sockets.forEach((socket) => socket.write(request))).resume();
`;

/** Sends so many bytes on one connection, which stays open, and says when the other end has them all. */
const SENDER = `
  const net = require('net');
  const [address, port, bytes] = process.argv.slice(1);
  const payload = Buffer.alloc(Number(bytes)); payload.writeUInt32BE(1, 0);
  const socket = net.connect({ port: Number(port), host: address, allowHalfOpen: true }, () => {
    socket.write(payload, () => console.log('{}'));
  });
  socket.resume();
  process.stdin.resume();
`;

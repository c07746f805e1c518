import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteNamespace, makeConnections, run, stopServer } from '../engines/network-namespaces.js';
import { eventually, readRows, sumOf, type Row } from './connection-rows.js';
import { NamespacePair } from './namespace-pair.js';

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
  const pair = new NamespacePair('toposcope-test', 1);

  beforeEach(() => pair.setUp());
  afterEach(() => pair.tearDown());

  it.each([
    ['IPv4', 8101, () => pair.b.address, '0.0.0.0'],
    ['IPv6', 8102, () => pair.b.address6, '::'],
    ['IPv4 to a server that listens on IPv6', 8103, () => pair.b.address, '::'],
  ])(
    'counts each of 20,000 short connections over %s and all their bytes, at both ends',
    async (_, port, address, listenAddress) => {
      const watching = await pair.watch();
      const server = await pair.serve(port, listenAddress);
      const client = await makeConnections(
        pair.a,
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
    const server = await pair.serve(8104);
    const holder = await pair.run(pair.a, HOLDER, pair.b.address, 8104, 30);
    const watching = await pair.watch();
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
    const watching = await pair.watch({ receiveBufferBytes: 4_096, passIntervalMs: 600_000 });
    await pair.serve(8105);
    await pair.run(pair.a, HOLDER, pair.b.address, 8105, 20);
    await makeConnections(
      pair.a,
      {
        address: pair.b.address,
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

  it('counts refused, reset, unreachable, timed-out and given-up connection attempts as failed, each at its port', async () => {
    const within = (where: string, ...command: string[]) => run('ip', 'netns', 'exec', where, ...command);
    // Twice in three seconds.
    within(pair.a.name, 'sysctl', '-qw', 'net.ipv4.tcp_syn_retries=1');
    const firewall = (port: number, ...target: string[]) =>
      within(pair.b.name, 'iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', `${port}`, '-j', ...target);
    firewall(8122, 'REJECT', '--reject-with', 'tcp-reset');
    firewall(8123, 'REJECT', '--reject-with', 'icmp-host-unreachable');
    firewall(8124, 'DROP');
    firewall(8125, 'DROP');
    const watching = await pair.watch();
    pair.spawn(pair.a, 'cat');
    // What the client was told is the truth.
    const attempt = (port: number) =>
      within(pair.a.name, process.execPath, '-e', ATTEMPT, pair.b.address, `${port}`).trim();
    expect([8121, 8122, 8123, 8124].map(attempt)).toEqual([
      'ECONNREFUSED',
      'ECONNREFUSED',
      'EHOSTUNREACH',
      'ETIMEDOUT',
    ]);
    within(pair.a.name, process.execPath, '-e', ATTEMPT, pair.b.address, '8125', '300');
    await eventually(watching, (rows) => {
      for (const port of [8121, 8122, 8123, 8124, 8125]) {
        expect(counts(rows, 'client', port)).toMatchObject({ open: 0, opened: 0, closed: 0, failed: 1 });
      }
    });
  });

  it('reads retransmits and round trips as ss does, on a path that loses packets and delays them', async () => {
    // One packet of twenty, by count; a segment at a time, or the whole payload may be less than twenty packets.
    run('ip', '-n', pair.a.name, 'link', 'set', 'veth0', 'gso_max_segs', '1');
    const packets = ['-p', 'tcp', '--dport', '8107', '-m', 'statistic', '--mode', 'nth'];
    const drop = ['-A', 'INPUT', ...packets, '--every', '20', '--packet', '19', '-j', 'DROP'];
    run('ip', 'netns', 'exec', pair.b.name, 'iptables', ...drop);
    // netem is in few kernels; packets that wait for their turn are late, too.
    const queue = ['rate', '30mbit', 'burst', '4kb', 'latency', '200ms'];
    run('tc', '-n', pair.a.name, 'qdisc', 'add', 'dev', 'veth0', 'root', 'tbf', ...queue);
    const watching = await pair.watch();
    await pair.serve(8107);
    await pair.run(pair.a, SENDER, pair.b.address, 8107, 2_000_000);
    const { retransmitted, rttMs } = await whenAllIsAcknowledged(pair.a.name, 8107, 2_000_000);
    expect(retransmitted).toBeGreaterThan(0);
    // On a path without a queue, some hundredths of a millisecond.
    expect(rttMs).toBeGreaterThan(0.2);
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
      // Nothing moves any more: from now on every sample is the one that ss shows.
      expect((sum - earlier.sum) / (samples - earlier.samples)).toBeCloseTo(rttMs / 1_000, 6);
    });
  });

  it('lets go of namespaces and descriptors when their processes are gone', async () => {
    const watching = await pair.watch();
    await pair.serve(8108);
    await eventually(watching, (rows) => {
      expect(sumOf(rows, 'toposcope_listener_info', { port: '8108' })).toBe(1);
    });
    await pair.killAll();
    const inodeOf = (name: string) => run('stat', '-L', '-c', '%i', `/run/netns/${name}`).trim();
    const inodes = [inodeOf(pair.a.name), inodeOf(pair.b.name)];
    deleteNamespace(pair.a.name);
    deleteNamespace(pair.b.name);
    await eventually(watching, (rows) => {
      expect(sumOf(rows, 'toposcope_listener_info', { port: '8108' })).toBe(0);
      const held = run('lsns', '-t', 'net', '-n', '-o', 'NS').split(/\s+/);
      expect(held.filter((inode) => inodes.includes(inode))).toEqual([]);
    });
  });

  it('falls back to /proc, where it knows what is open and who listens', async () => {
    const watching = await pair.watch({ mode: 'proc' });
    expect(watching.mode()).toBe('proc');
    await pair.serve(8109);
    const holder = await pair.run(pair.a, HOLDER, pair.b.address, 8109, 7);
    // Where there are many namespaces, it passes seldom.
    await eventually(watching, (rows) => {
      expect(counts(rows, 'client', 8109)).toMatchObject({ open: 7, opened: 7 });
      expect(counts(rows, 'server', 8109)).toMatchObject({ open: 7, opened: 7 });
      expect(sumOf(rows, 'toposcope_listener_info', { port: '8109', process: 'node' })).toBe(1);
    });
    await holder.kill();
    await eventually(watching, (rows) =>
      expect(counts(rows, 'client', 8109)).toMatchObject({ open: 0, closed: 7 }),
    );
  });
});

describe.skipIf(!isRoot)('connections in two networks with the same addresses (needs root)', () => {
  const networks = [
    { name: 'left', pair: new NamespacePair('toposcope-left', 2), firstPort: 20_000, open: 3, short: 20 },
    { name: 'right', pair: new NamespacePair('toposcope-right', 2), firstPort: 21_000, open: 5, short: 30 },
  ] as const;

  beforeEach(() => networks.forEach(({ pair }) => pair.setUp()));
  afterEach(() => Promise.all(networks.map(({ pair }) => pair.tearDown())));

  it('lead to the other end in their own network, open ones and short ones', async () => {
    for (const { name, pair } of networks) {
      await pair.run(pair.a, NAMED_SERVER, `${name}-neighbour`, 8111);
      await pair.run(pair.b, NAMED_SERVER, `${name}-server`, 8110);
    }
    // Its first pass finds all four: of a namespace that no pass has found, nobody knows that it has such an address.
    const watching = await networks[0].pair.watch();
    for (const { name, pair, firstPort, open, short } of networks) {
      await pair.run(pair.a, NAMED_CLIENT, `${name}-client`, pair.b.address, 8110, firstPort, open, short);
    }
    await eventually(watching, (rows) => {
      const port = { port: '8110' };
      for (const { name, open, short } of networks) {
        const [client, server] = [`${name}-client`, `${name}-server`];
        const atClient = { ...port, role: 'client', peer_process: server };
        const atServer = { ...port, role: 'server', process: server };
        expect(sumOf(rows, 'toposcope_connections_open', { ...atClient, process: client })).toBe(open);
        expect(sumOf(rows, 'toposcope_connections_open', { ...atServer, peer_process: client })).toBe(open);
        expect(sumOf(rows, 'toposcope_connections_closed_total', atClient)).toBe(short);
        expect(sumOf(rows, 'toposcope_connections_closed_total', atServer)).toBe(short);
      }
      for (const role of ['client', 'server']) {
        expect(sumOf(rows, 'toposcope_connections_open', { ...port, role })).toBe(8);
        expect(sumOf(rows, 'toposcope_connections_closed_total', { ...port, role })).toBe(50);
      }
    });
  });
});

describe.skipIf(!isRoot)('connections to a namespace that no pass has found yet (needs root)', () => {
  const known = new NamespacePair('toposcope-left', 2);
  const unknown = new NamespacePair('toposcope-right', 2);

  beforeEach(() => [known, unknown].forEach((pair) => pair.setUp()));
  afterEach(() => Promise.all([known, unknown].map((pair) => pair.tearDown())));

  it.each(['lives on', 'ends at once'])(
    'are never given to a known one with the same address, when their server %s',
    async (ending) => {
      await known.run(known.b, NAMED_SERVER, 'known-server', 8112);
      unknown.spawn(unknown.a, 'cat');
      // Seldom enough for none to come between, often enough for those who wait for their other end in vain.
      const watching = await known.watch({ passIntervalMs: 5_000 });
      const server = await unknown.run(unknown.b, NAMED_SERVER, 'unknown-server', 8112);
      await unknown.run(unknown.a, NAMED_CLIENT, 'client', unknown.b.address, 8112, 22_000, 0, 20);
      if (ending === 'ends at once') {
        await server.kill();
      }
      await eventually(watching, (rows) => {
        const closed = (labels: Record<string, string>) =>
          sumOf(rows, 'toposcope_connections_closed_total', { role: 'client', port: '8112', ...labels });
        expect(closed({ peer_process: 'known-server' })).toBe(0);
        expect(closed({})).toBe(20);
        // Of a server that has ended there may be nobody left to name.
        if (ending === 'lives on') {
          expect(closed({ peer_process: 'unknown-server' })).toBe(20);
        }
      });
    },
  );
});

/** What `ss` says of the one connection to that port when the other end has all that was sent. */
async function whenAllIsAcknowledged(
  namespace: string,
  port: number,
  bytes: number,
): Promise<{ retransmitted: number; rttMs: number }> {
  for (;;) {
    const printed = run('ip', 'netns', 'exec', namespace, 'ss', '-Htino', 'dport', '=', String(port));
    const numberOf = (pattern: RegExp) => Number(pattern.exec(printed)?.[1] ?? 0);
    // The SYN counts as a byte.
    if (numberOf(/bytes_acked:(\d+)/) >= bytes + 1) {
      return { retransmitted: numberOf(/retrans:\d+\/(\d+)/), rttMs: numberOf(/ rtt:([\d.]+)/) };
    }
    await sleep(100);
  }
}

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

/** Dials, and says what went wrong; gives up after some milliseconds, if told so. */
const ATTEMPT = `
  const [address, port, patience] = process.argv.slice(1);
  const socket = require('net').connect(Number(port), address);
  socket.on('error', ({ code }) => console.log(code));
  if (patience !== undefined) setTimeout(() => socket.destroy(), Number(patience));
`;

/** Sends so many bytes on one connection, which stays open. */
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

/** Greets whom it accepts, and ends when the other end does. */
const NAMED_SERVER = `
  const [title, port] = process.argv.slice(1);
  process.title = title;
  const server = require('net').createServer((socket) => socket.on('error', () => {}).resume().write('hello'));
  server.listen(Number(port), () => console.log('{}'));
  process.stdin.on('end', () => process.exit()).resume();
`;

/** Makes short connections, then some that it holds; from ports of its own, as two kernels may choose the same. */
const NAMED_CLIENT = `
  const [title, host, ...numbers] = process.argv.slice(1);
  const [port, firstPort, open, short] = numbers.map(Number);
  process.title = title;
  let made = 0;
  const connect = () => {
    if (made === short + open) {
      console.log('{}');
      return;
    }
    const isShort = made < short;
    const socket = require('net').connect({ host, port, localPort: firstPort + made++ });
    socket.once('data', () => isShort ? socket.end() : connect());
    socket.once('close', () => isShort && connect());
  };
  connect();
  process.stdin.on('end', () => process.exit()).resume();
`;

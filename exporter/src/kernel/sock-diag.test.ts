import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { once } from 'node:events';
import net from 'node:net';
import { loadLibc } from './libc.js';
import { NETLINK_SOCK_DIAG, NetlinkSocket, forEachMessage } from './netlink.js';
import { SocketMessage, dumpConnections, isHeld } from './sock-diag.js';
import { copySocketRecord, type SocketRecord } from './socket-record.js';

const fixtures = new URL('../../../test/fixtures/netlink/', import.meta.url);
const SOCK_DIAG_BY_FAMILY = 20;

/** `address:port > address:port` to the numbers that matter, of every TCP connection with counters. */
function readConnections(bytes: Buffer): Map<string, object> {
  const connections = new Map<string, object>();
  const message = new SocketMessage('tcp');
  forEachMessage(bytes, 0, bytes.length, (buffer, start, end, type) => {
    if (type !== SOCK_DIAG_BY_FAMILY || !message.read(buffer, start, end)) {
      return;
    }
    const { counters } = message;
    if (counters !== undefined && message.peerPort !== 0) {
      connections.set(
        `${message.localAddress}:${message.localPort} > ${message.peerAddress}:${message.peerPort}`,
        {
          state: message.state,
          sent: counters.sentBytes,
          received: counters.receivedBytes,
          rttMicroseconds: Math.round(counters.rttSeconds * 1e6),
          established: counters.established,
        },
      );
    }
  });
  return connections;
}

/** The same from what `ss` printed. */
function readSs(text: string, family: 'ipv4' | 'ipv6'): Map<string, object> {
  const states: Record<string, number> = { ESTAB: 1, 'CLOSE-WAIT': 8 };
  const connections = new Map<string, object>();
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    const [protocol, state = '', , , local = '', peer = ''] = line.split(/\s+/);
    const info = lines[index + 1] ?? '';
    const isIpv6 = local.startsWith('[');
    if (protocol !== 'tcp' || states[state] === undefined || isIpv6 !== (family === 'ipv6')) {
      return;
    }
    const number = (pattern: RegExp): number => Number(pattern.exec(info)?.[1] ?? Number.NaN);
    const received = number(/bytes_received:(\d+)/);
    const plain = (end: string): string => end.replace('[::ffff:', '').replace(/[[\]]/g, '');
    connections.set(`${plain(local)} > ${plain(peer)}`, {
      state: states[state],
      sent: number(/bytes_sent:(\d+)/),
      // ss prints the kernel's number, in which a FIN counts for one.
      received: state === 'CLOSE-WAIT' ? received - 1 : received,
      rttMicroseconds: Math.round(number(/ rtt:([\d.]+)/) * 1000),
      established: true,
    });
  });
  return connections;
}

describe('SocketMessage', () => {
  it.each(['ipv4', 'ipv6'] as const)('reads of %s connections what ss read of them', (family) => {
    const truth = readSs(readFileSync(new URL('ss.txt', fixtures), 'utf8'), family);
    const bytes = readFileSync(new URL(family === 'ipv4' ? 'tcp4-dump.bin' : 'tcp6-dump.bin', fixtures));
    expect(truth.size).toBeGreaterThan(1);
    expect(readConnections(bytes)).toEqual(truth);
  });

  it('tells a listener for IPv6 only from one for both families', () => {
    const bytes = readFileSync(new URL('tcp6-dump.bin', fixtures));
    const ipv6Only = new Map<number, boolean>();
    const message = new SocketMessage('tcp');
    forEachMessage(bytes, 0, bytes.length, (buffer, start, end, type) => {
      if (type === SOCK_DIAG_BY_FAMILY && message.read(buffer, start, end) && message.peerPort === 0) {
        ipv6Only.set(message.localPort, message.ipv6Only);
      }
    });
    expect(ipv6Only).toEqual(
      new Map([
        [7002, false],
        [7003, true],
      ]),
    );
  });

  it('reads UDP sockets, which have no counters', () => {
    const bytes = readFileSync(new URL('udp4-dump.bin', fixtures));
    const rows: string[] = [];
    const message = new SocketMessage('udp');
    forEachMessage(bytes, 0, bytes.length, (buffer, start, end, type) => {
      if (type === SOCK_DIAG_BY_FAMILY && message.read(buffer, start, end)) {
        rows.push(
          `${message.protocol} ${message.localAddress}:${message.localPort} ${message.peerAddress}:${message.peerPort} ${message.counters === undefined ? 'no counters' : 'counters'}`,
        );
      }
    });
    expect(rows.sort()).toEqual([
      'udp 0.0.0.0:5353 0.0.0.0:0 no counters',
      'udp 10.9.8.7:34269 10.9.8.7:5353 no counters',
    ]);
  });

  it('survives any bytes: it reads or refuses, inside the message', () => {
    const message = new SocketMessage('tcp');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(40), (bytes, start) => {
        const buffer = Buffer.from(bytes);
        if (!message.read(buffer, start, buffer.length)) {
          return;
        }
        const { counters } = message;
        expect(message.localPort).toBeLessThan(65_536);
        expect(message.localAddress).toMatch(/^[\d.:a-f]+$/);
        expect(message.cgroupId).toBeGreaterThanOrEqual(0);
        expect(counters?.sentBytes ?? 0).toBeGreaterThanOrEqual(0);
        expect(counters?.receivedBytes ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('survives recorded messages with a byte changed or the end cut off', () => {
    const recorded = readFileSync(new URL('tcp6-dump.bin', fixtures));
    const message = new SocketMessage('tcp');
    fc.assert(
      fc.property(fc.nat(recorded.length - 1), fc.nat(255), fc.nat(recorded.length), (at, value, length) => {
        const damaged = Buffer.from(recorded.subarray(0, length));
        if (at < length) {
          damaged[at] = value;
        }
        let visited = 0;
        forEachMessage(damaged, 0, damaged.length, (buffer, start, end) => {
          visited++;
          expect(end).toBeLessThanOrEqual(damaged.length);
          if (message.read(buffer, start, end)) {
            expect(message.counters?.receivedBytes ?? 0).toBeGreaterThanOrEqual(0);
          }
        });
        expect(visited).toBeLessThanOrEqual(damaged.length / 16);
      }),
    );
  });
});

describe('isHeld', () => {
  it.each([
    { of: 'IPv4', listened: '127.0.0.1', dialled: '127.0.0.1', family: 'ipv4' },
    { of: 'IPv6', listened: '::1', dialled: '::1', family: 'ipv6' },
    { of: 'IPv4 in IPv6', listened: '::', dialled: '127.0.0.1', family: 'ipv6' },
    { of: 'a device', listened: '127.0.0.1', dialled: '127.0.0.1', family: 'ipv4', device: 'lo' },
  ] as const)('finds a connection of $of while some process holds it', async (each) => {
    const { listened, dialled, family } = each;
    const diag = NetlinkSocket.open(loadLibc(), NETLINK_SOCK_DIAG, 'test');
    const server = net.createServer().listen(0, listened);
    try {
      await once(server, 'listening');
      if ('device' in each) {
        bindToDevice(server, each.device);
      }
      const { port } = server.address() as net.AddressInfo;
      const accepted = once(server, 'connection') as Promise<[net.Socket]>;
      const client = net.connect(port, dialled);
      const [served] = await accepted;
      const own: SocketRecord[] = [];
      dumpConnections(diag, family, (record) => {
        if (record.localPort === port) {
          own.push(copySocketRecord(record));
        }
      });
      const [found] = own;
      if (found === undefined) {
        throw new Error('The kernel does not list the accepted connection');
      }
      expect(isHeld(diag, found)).toBe(true);
      expect(isHeld(diag, { ...found, cookie: found.cookie + 1 })).toBe(false);
      served.destroy();
      await once(served, 'close');
      // The kernel keeps it for a while, for what is on its way.
      expect(isHeld(diag, found)).toBe(false);
      client.destroy();
    } finally {
      server.close();
      diag.close();
    }
  });
});

const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;

/** Binds what the server accepts from now on, too. */
function bindToDevice(server: net.Server, device: string): void {
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  const name = Buffer.from(`${device}\0`);
  if (loadLibc().setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, name.length) < 0) {
    throw new Error(`The server cannot be bound to ${device}`);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionCollector } from '../../exporter/src/collectors/connection.js';
import type { NamespaceProcess } from '../engines/network-namespaces.js';
import { eventually, sumOf } from './connection-rows.js';
import { NamespacePair } from './namespace-pair.js';

const isRoot = process.getuid?.() === 0;
const CLOSED = 'toposcope_connections_closed_total';
/** Between passes: what happens in a shorter time none of them sees. */
const PASS_MS = 2_500;
/** Numbers of system calls that are the same on all architectures, and in no library of Perl's own. */
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;

describe.skipIf(!isRoot)('who is named by listening on a port (needs root: sudo npm test)', () => {
  const pair = new NamespacePair('toposcope-listen', 12);
  let collector: ConnectionCollector;

  beforeEach(async () => {
    pair.setUp();
    // Without a process, nobody looks into a namespace.
    pair.spawn(pair.a, 'cat');
    collector = await pair.watch({ passIntervalMs: PASS_MS });
  });
  afterEach(() => pair.tearDown());

  /** Starts a server of that name, which lets others share its port. */
  async function listen(title: string, port: number, address = '0.0.0.0'): Promise<NamespaceProcess> {
    const server = pair.spawn(pair.b, 'perl', '-e', SERVER, title, address, String(port));
    await server.next();
    return server;
  }

  /** Ends a server, and returns how many connections it has accepted. */
  async function end(server: NamespaceProcess): Promise<number> {
    server.child.kill('SIGTERM');
    const { accepted } = (await server.next()) as { accepted: number };
    await server.ended();
    return accepted;
  }

  async function dial(count: number, port: number, address = pair.b.address): Promise<void> {
    const from = address.startsWith('127.') ? pair.b : pair.a;
    await pair.spawn(from, 'perl', '-e', CLIENT, address, String(port), String(count)).next();
  }

  async function namedBy(count: number, port: number): Promise<(role: string, name: string) => number> {
    const rows = await eventually(collector, (current) => {
      for (const role of ['client', 'server']) {
        expect(sumOf(current, CLOSED, { role, port: String(port) })).toBe(count);
      }
    });
    return (role, name) =>
      sumOf(rows, CLOSED, {
        ...{ role, port: String(port) },
        [role === 'client' ? 'peer_process' : 'process']: name,
      });
  }

  it('is none of two when one joined the other on its port and left it between two passes', async () => {
    const steady = await listen('steady', 8601);
    await eventually(collector, (rows) =>
      expect(sumOf(rows, 'toposcope_listener_info', { port: '8601', process: 'steady' })).toBe(1),
    );
    await dial(20, 8601);
    const joiner = await listen('joiner', 8601);
    await dial(100, 8601);
    const ofJoiner = await end(joiner);
    expect(ofJoiner).toBeGreaterThan(0);
    await dial(20, 8601);
    const named = await namedBy(140, 8601);
    for (const role of ['client', 'server']) {
      // Those that ended before the joiner came may have waited for the same pass.
      expect(named(role, 'steady')).toBeLessThanOrEqual(40);
      expect(named(role, '')).toBeGreaterThanOrEqual(100);
    }
    await sleep(2 * PASS_MS);
    await dial(30, 8601);
    const later = await namedBy(170, 8601);
    for (const role of ['client', 'server']) {
      expect(later(role, 'steady')).toBe(named(role, 'steady') + 30);
    }
    expect(ofJoiner + (await end(steady))).toBe(170);
  });

  it('is the one that stays while others follow each other on the port of another address', async () => {
    const steady = await listen('steady', 8602, '127.0.0.2');
    let other = await listen('first', 8602, '127.0.0.3');
    await eventually(collector, (rows) =>
      expect(sumOf(rows, 'toposcope_listener_info', { port: '8602' })).toBe(2),
    );
    let accepted = 0;
    for (const title of ['second', 'third', 'fourth']) {
      accepted += await end(other);
      other = await listen(title, 8602, '127.0.0.3');
      await dial(50, 8602, '127.0.0.2');
      await dial(10, 8602, '127.0.0.3');
      await sleep(1_500);
    }
    const named = await namedBy(180, 8602);
    for (const role of ['client', 'server']) {
      expect(named(role, 'steady')).toBe(150);
      expect(named(role, 'first')).toBe(0);
    }
    expect(accepted + (await end(other))).toBe(30);
    expect(await end(steady)).toBe(150);
  });

  it('is the program that has got the listener of another, and neither of two programs that hold it', async () => {
    const ports = { exec: 8603, inherit: 8604, fork: 8605, pass: 8606 };
    const heirs: Readonly<Record<string, string>> = { exec: 'new', inherit: 'new', fork: '', pass: '' };
    const listens = (eldestOf: (how: string) => string) =>
      eventually(collector, (rows) => {
        for (const [how, port] of Object.entries(ports)) {
          const labels = { port: String(port), process: eldestOf(how) };
          expect(sumOf(rows, 'toposcope_listener_info', labels), how).toBe(1);
        }
      });
    const dialAll = (count: number) => Promise.all(Object.values(ports).map((port) => dial(count, port)));
    /** How many connections of each kind name that program, at either end. */
    const namedAll = async (count: number, nameOf: (how: string) => string) =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(ports).map(async ([how, port]) => {
            const named = await namedBy(count, port);
            return [how, ['client', 'server'].map((role) => named(role, nameOf(how)))] as const;
          }),
        ),
      );
    const eachKind = (count: number) =>
      Object.fromEntries(Object.keys(ports).map((how) => [how, [count, count]]));
    const heirOf = (how: string) => heirs[how] ?? '';
    const olds = Object.entries(ports).map(([how, port]) =>
      pair.spawn(pair.b, 'perl', '-e', HANDING_OVER, how, String(port), SERVER_OF_LISTENER),
    );
    await Promise.all(olds.map((old) => old.next()));
    await listens(() => 'old');
    await dialAll(20);
    expect(await namedAll(20, () => 'old')).toEqual(eachKind(20));
    for (const old of olds) {
      old.child.stdin.write('now\n');
    }
    await Promise.all(olds.map((old) => old.next()));
    await dialAll(20);
    await listens((how) => heirOf(how) || 'old');
    expect(await namedAll(40, () => 'old')).toEqual(eachKind(20));
    const before = await namedAll(40, heirOf);
    await sleep(PASS_MS);
    await dialAll(30);
    const after = await namedAll(70, heirOf);
    for (const how of Object.keys(ports)) {
      expect(after[how], how).toEqual(before[how]?.map((count) => count + 30));
    }
    expect(await namedAll(70, () => 'old')).toEqual(eachKind(20));
  });

  it('is the one that it was passed to, in another network namespace', async () => {
    pair.spawn(pair.b, 'cat');
    const giver = pair.spawn(pair.b, 'perl', '-e', GIVER, '8607');
    const { pid, descriptor } = (await giver.next()) as { pid: number; descriptor: number };
    const listens = (process: string) =>
      eventually(collector, (rows) =>
        expect(sumOf(rows, 'toposcope_listener_info', { port: '8607', process })).toBe(1),
      );
    await listens('giver');
    const taker = pair.spawn(pair.a, 'perl', '-e', TAKER, String(pid), String(descriptor));
    await taker.next();
    giver.child.kill('SIGTERM');
    await giver.ended();
    await listens('taker');
    await sleep(PASS_MS);
    await dial(30, 8607);
    const named = await namedBy(30, 8607);
    for (const role of ['client', 'server']) {
      expect(named(role, 'taker')).toBe(30);
    }
  });
});

/** Serves on the listener that it is given as that descriptor, under another name. */
const SERVER_OF_LISTENER = `
  $0 = 'new';
  open(my $listener, '+<&=', $ARGV[0]) or die $!;
  STDOUT->autoflush(1); print "{}\n";
  while (accept(my $socket, $listener)) { print $socket "hello"; close $socket; }
`;

/** Serves until it is told to leave the listener to another program: alone, or beside itself. */
const HANDING_OVER = `
  use IO::Socket::INET; use Fcntl;
  my ($how, $port, $next) = @ARGV;
  $0 = 'old';
  STDOUT->autoflush(1);
  pipe(my $from, my $to);
  if ($how eq 'pass' && !fork) {
    $0 = 'new';
    sysread($from, my $descriptor, 10);
    my $own = syscall(${PIDFD_GETFD}, syscall(${PIDFD_OPEN}, getppid, 0), $descriptor + 0, 0);
    open(my $listener, '+<&=', $own) or die $!;
    print "{}\n";
    while (accept(my $socket, $listener)) { print $socket "hello"; close $socket; }
    exit;
  }
  my $listener = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $port, Listen => 64, ReuseAddr => 1) or die $@;
  fcntl($listener, F_SETFD, 0);
  print "{}\n";
  my $told = '';
  while (1) {
    my $ready = ''; vec($ready, 0, 1) = 1; vec($ready, fileno $listener, 1) = 1;
    select($ready, undef, undef, undef);
    if (vec($ready, 0, 1)) { last if sysread(STDIN, $told, 10); exit; }
    my $socket = $listener->accept or next;
    print $socket "hello"; close $socket;
  }
  if ($how eq 'pass') { syswrite($to, fileno $listener); sleep 600; }
  my $pid = $how eq 'exec' ? 0 : fork;
  exit if $pid && $how eq 'inherit';
  if ($pid) { sleep 600; }
  exec 'perl', '-e', $next, fileno $listener;
`;

/** Listens, and accepts nothing. */
const GIVER = `
  use IO::Socket::INET;
  $0 = 'giver';
  my $listener = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $ARGV[0], Listen => 64, ReuseAddr => 1) or die $@;
  STDOUT->autoflush(1);
  print "{\\"pid\\":$$,\\"descriptor\\":", fileno $listener, "}\\n";
  sleep 600;
`;

/** Takes the listener of that process from it, and serves on it. */
const TAKER = `
  $0 = 'taker';
  my ($pid, $descriptor) = @ARGV;
  my $own = syscall(${PIDFD_GETFD}, syscall(${PIDFD_OPEN}, $pid + 0, 0), $descriptor + 0, 0);
  open(my $listener, '+<&=', $own) or die $!;
  STDOUT->autoflush(1); print "{}\\n";
  while (accept(my $socket, $listener)) { print $socket "hello"; close $socket; }
`;

/** Accepts one connection after the other and closes it; says how many there were when it is ended. */
const SERVER = `
  use IO::Socket::INET;
  my ($title, $address, $port) = @ARGV;
  $0 = $title;
  my $accepted = 0;
  my $listener = IO::Socket::INET->new(
    LocalAddr => $address, LocalPort => $port, Listen => 64, ReuseAddr => 1, ReusePort => 1) or die $@;
  STDOUT->autoflush(1);
  $SIG{TERM} = sub { print "{\\"accepted\\":$accepted}\\n"; exit };
  print "{}\\n";
  while (1) { my $socket = $listener->accept or next; $accepted++; print $socket "hello"; close $socket; }
`;

/** Makes short connections, one after the other. */
const CLIENT = `
  use IO::Socket::INET;
  my ($address, $port, $count) = @ARGV;
  for (1 .. $count) {
    my $socket = IO::Socket::INET->new(PeerAddr => $address, PeerPort => $port) or die $@;
    1 while sysread($socket, my $bytes, 5);
  }
  STDOUT->autoflush(1); print "{}\\n";
`;

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectionCollector } from '../../exporter/src/collectors/connection.js';
import { ContainerCgroup } from '../engines/container-cgroup.js';
import { ExporterRun } from '../engines/exporter.js';
import { NamespaceProcess, run } from '../engines/network-namespaces.js';
import { eventually, rowsOf, sumOf } from './connection-rows.js';
import { NamespacePair } from './namespace-pair.js';

const isRoot = process.getuid?.() === 0;
const OPEN = 'toposcope_connections_open';
const PID = 700;
const LONG = { timeout: 45_000, interval: 250 };

describe.skipIf(!isRoot)('the process at each end of a connection (needs root: sudo npm test)', () => {
  const pair = new NamespacePair('toposcope-proc', 8);
  let collector: ConnectionCollector;

  beforeEach(async () => {
    pair.setUp();
    collector = await pair.watch();
  });
  afterEach(() => pair.tearDown());

  it('is the worker that was forked to accept, not the parent that listens', async () => {
    await pair.spawn(pair.b, 'perl', '-e', PREFORK, '8401', '3').next();
    await pair.run(pair.a, HOLDER, pair.b.address, 8401, 12);
    const fetched = run(
      'ip',
      'netns',
      'exec',
      pair.a.name,
      process.execPath,
      '-e',
      BRIEF,
      pair.b.address,
      '8401',
    );
    expect(fetched.trim()).toBe('ended');
    await eventually(collector, (rows) => {
      const server = { role: 'server', port: '8401' };
      // The workers keep what they accepted, also when the client has ended it.
      expect(sumOf(rows, OPEN, { ...server, process: 'worker' })).toBe(13);
      expect(sumOf(rows, OPEN, server)).toBe(13);
      expect(sumOf(rows, 'toposcope_connections_opened_total', { ...server, process: 'worker' })).toBe(13);
      expect(sumOf(rows, OPEN, { role: 'client', port: '8401', process: 'holder' })).toBe(12);
      expect(sumOf(rows, 'toposcope_listener_info', { port: '8401', process: 'parent' })).toBe(1);
    });
  });

  it('is the process that a connection was passed to', async () => {
    await pair.run(pair.b, PASSED_ON, 8402);
    await pair.run(pair.a, HOLDER, pair.b.address, 8402, 5);
    await eventually(collector, (rows) => {
      const server = { role: 'server', port: '8402' };
      expect(sumOf(rows, OPEN, { ...server, process: 'taker' })).toBe(5);
      expect(sumOf(rows, OPEN, server)).toBe(5);
      expect(sumOf(rows, OPEN, { role: 'client', port: '8402', peer_process: 'taker' })).toBe(5);
      expect(sumOf(rows, 'toposcope_listener_info', { port: '8402', process: 'giver' })).toBe(1);
    });
  });

  it('stays what it was when its process has ended and the connection lingers', async () => {
    await pair.run(pair.b, UNREAD, 8403);
    const sender = await pair.run(pair.a, SENDER, pair.b.address, 8403);
    const client = { role: 'client', port: '8403' };
    await eventually(collector, (rows) => {
      expect(sumOf(rows, OPEN, { ...client, process: 'sender' })).toBe(1);
    });
    pair.spawn(pair.a, 'cat');
    await sender.kill();
    const printed = run('ip', 'netns', 'exec', pair.a.name, 'ss', '-Htn', 'dport', '=', '8403');
    expect(printed).toContain('FIN-WAIT-1');
    await eventually(collector, (rows) => {
      expect(sumOf(rows, OPEN, { ...client, process: 'sender' })).toBe(1);
      expect(sumOf(rows, OPEN, client)).toBe(1);
    });
  });

  it('is the new one that has got the number of one that has just ended, and its container', async () => {
    const exporter = await ExporterRun.inPidNamespace([
      ...['container', 'process', 'host'].map((name) => `--no-collector.${name}`),
      ...['--connection.interval=1s', '--runtime.docker=none', '--runtime.cri=none'],
    ]);
    const earlier = new ContainerCgroup('toposcope-proc-earlier').create();
    const later = new ContainerCgroup('toposcope-proc-later').create();
    const dial = async (cgroup: ContainerCgroup, title: string, held: number, short: number) => {
      const numbered = ['sh', '-c', NUMBERED, 'sh', String(PID), 'perl', '-e', DIALLER];
      const args = [pair.b.address, 8404, title, held, short].map(String);
      const where = [...cgroup.enter(), ...exporter.enter(pair.a.name)];
      const client = pair.keep(NamespaceProcess.of([...where, ...numbered, ...args]));
      expect(await client.next()).toEqual({ pid: PID });
      return client;
    };
    const counts = async (labels: Record<string, string>) => {
      const rows = rowsOf(await exporter.scrape());
      return ['open', 'opened_total', 'closed_total'].map((name) =>
        sumOf(rows, `toposcope_connections_${name}`, { role: 'client', port: '8404', ...labels }),
      );
    };
    try {
      await pair.run(pair.b, GREETER, 8404);
      const first = await dial(earlier, 'first', 3, 0);
      const ofFirst = { container_id: earlier.containerId, process: 'first' };
      await vi.waitFor(async () => expect(await counts(ofFirst)).toEqual([3, 3, 0]), LONG);
      await first.stop();
      await dial(later, 'second', 4, 5);
      await vi.waitFor(async () => {
        // The short ones are its own, or nobody's: they may have been the first's, which has only just left.
        expect((await counts({ container_id: later.containerId }))[0]).toBe(4);
        expect((await counts({ container_id: later.containerId, process: 'second' }))[0]).toBe(4);
        expect(await counts({ container_id: earlier.containerId })).toEqual([0, 3, 3]);
        expect(await counts(ofFirst)).toEqual([0, 3, 3]);
        expect(await counts({})).toEqual([4, 12, 8]);
      }, LONG);
    } finally {
      await exporter.stop('SIGKILL');
      await pair.killAll();
      await Promise.all([earlier.delete(), later.delete()]);
    }
  });
});

/** Listens, and forks workers that accept and keep what they accepted until the client ends it. */
const PREFORK = `
  use IO::Socket::INET; use IO::Handle; $0 = 'parent'; $SIG{CHLD} = 'IGNORE';
  my ($port, $count) = @ARGV;
  my $listener = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $port, Listen => 64, ReuseAddr => 1) or die;
  for (1 .. $count) {
    next if fork;
    $0 = 'worker';
    my @kept;
    while (my $socket = $listener->accept) { $socket->autoflush(1); print $socket "hello"; push @kept, $socket; }
    exit;
  }
  STDOUT->autoflush(1); print "{}\\n"; sleep 600;
`;

/** Holds connections on each of which something was said. */
const HOLDER = `
  process.title = 'holder';
  const [address, port, count] = process.argv.slice(1);
  let heard = 0;
  for (let index = 0; index < Number(count); index++) {
    require('net').connect(Number(port), address).once('data', () => ++heard === Number(count) && console.log('{}'));
  }
  process.stdin.resume();
`;

/** Has a child of that number, by what the kernel takes for the last one (proc_sys_kernel(5)), and waits for it. */
const NUMBERED = 'echo $(($1 - 1)) > /proc/sys/kernel/ns_last_pid; shift; "$@"; exit $?';

/** Makes short connections one after the other, then some that it holds until its input ends. */
const DIALLER = `
  use IO::Socket::INET;
  my ($address, $port, $title, $held, $short) = @ARGV;
  $0 = $title;
  my @kept;
  for (1 .. $short + $held) {
    my $socket = IO::Socket::INET->new(PeerAddr => $address, PeerPort => $port) or die $@;
    sysread($socket, my $greeting, 5);
    push @kept, $socket if $_ > $short;
  }
  STDOUT->autoflush(1); print "{\\"pid\\":$$}\n"; <STDIN>;
`;

const GREETER = `
  const server = require('net').createServer((socket) => socket.on('error', () => {}).resume().write('hello'));
  server.listen(Number(process.argv[1]), () => console.log('{}'));
  process.stdin.resume();
`;

const BRIEF = `
  const [address, port] = process.argv.slice(1);
  const socket = require('net').connect(Number(port), address);
  socket.once('data', () => { socket.destroy(); console.log('ended'); });
`;

/** Accepts and passes each connection on to a child, as Node.js's clusters do. */
const PASSED_ON = `
  const { spawn } = require('child_process');
  process.title = 'giver';
  const code = "process.title = 'taker'; const kept = []; process.on('message', (_, socket) => { kept.push(socket); socket.write('hello'); });";
  const taker = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const server = require('net').createServer({ pauseOnConnect: true }, (socket) => taker.send('take', socket));
  server.listen(Number(process.argv[1]), () => console.log('{}'));
  process.stdin.on('end', () => process.exit()).resume();
`;

const UNREAD = `
  const server = require('net').createServer((socket) => socket.pause());
  server.listen(Number(process.argv[1]), () => console.log('{}'));
  process.stdin.resume();
`;

/** Sends more than the other end takes, so that the rest lingers when it is killed. */
const SENDER = `
  process.title = 'sender';
  const [address, port] = process.argv.slice(1);
  const socket = require('net').connect(Number(port), address, () => {
    socket.write(Buffer.alloc(64 << 20));
    setTimeout(() => console.log('{}'), 300);
  });
  process.stdin.resume();
`;

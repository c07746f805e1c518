import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ContainerCgroup } from '../engines/container-cgroup.js';
import { ExporterRun } from '../engines/exporter.js';
import { NamespaceProcess, deleteNamespace, run, type Namespace } from '../engines/network-namespaces.js';
import { matches, rowsOf, sumOf, type Row } from './connection-rows.js';
import { NamespacePair } from './namespace-pair.js';

const isRoot = process.getuid?.() === 0;
/** Edges of a container. */
const CAP = 1_000;
const PORTS = 20_000;
const PEERS = 50_000;
/** Of memory: at rest it takes a third, and of those that nobody has a row for nothing is kept for long. */
const MOST_BYTES = 384 * 2 ** 20;
const PEERS_NETWORK = 'fd79:9:1::';
/** Another machine, as far as the exporter knows: it has no id here, and its sockets' ends are not announced. */
const REMOTE = { name: 'toposcope-crowd-remote', address: '', address6: '' };
const LONG = { timeout: 45_000, interval: 500 };

describe.skipIf(!isRoot)('edges to very many peers (needs root: sudo npm test)', () => {
  const pair = new NamespacePair('toposcope-crowd', 9);
  const near = new ContainerCgroup('toposcope-crowd-near');
  const far = new ContainerCgroup('toposcope-crowd-far');
  let exporter: ExporterRun;

  beforeEach(async () => {
    pair.setUp();
    near.create();
    far.create();
    // It sees no processes but ours.
    exporter = await ExporterRun.inPidNamespace([
      ...['container', 'process', 'host'].map((name) => `--no-collector.${name}`),
      ...['--connection.interval=1s', '--runtime.docker=none', '--runtime.cri=none'],
    ]);
  });

  afterEach(async () => {
    await exporter.stop('SIGKILL');
    await pair.tearDown();
    deleteNamespace(REMOTE.name);
    await Promise.all([near.delete(), far.delete()]);
  });

  /** Starts what the exporter sees in that container. */
  const start = (
    cgroup: ContainerCgroup,
    { name }: Namespace,
    script: string,
    ...args: (string | number)[]
  ) => {
    const where = [...cgroup.enter(), ...exporter.enter(name)];
    return pair.keep(NamespaceProcess.of([...where, 'perl', '-e', script, ...args.map(String)]));
  };
  /** The edges that have rows of their own, and the sums of their counts and of the folded row's. */
  const edgesOf = (rows: readonly Row[], labels: Record<string, string>, count: string) => {
    const family = `toposcope_connections_${count}`;
    const own = rows.filter((row) => row.family === family && matches(row, labels));
    const folded = own.filter((row) => row.labels.peer_ip === 'other');
    const sum = (some: readonly Row[]) => some.reduce((total, { value }) => total + value, 0);
    return { rows: own.length - folded.length, sum: sum(own), folded: sum(folded) };
  };
  const foldedEdges = (rows: readonly Row[]) =>
    sumOf(rows, 'toposcope_series_dropped_total', { family: 'toposcope_connections_open' });

  it('are counted each and shown up to the cap, under a scan of 20,000 ports that refuse', async () => {
    const scanner = start(near, pair.a, SCANNER, pair.b.address6, 10_000, PORTS);
    expect(await scanner.next()).toEqual({ refused: PORTS });
    await vi.waitFor(async () => {
      const rows = rowsOf(await exporter.scrape());
      const ofScanner = { role: 'client', container_id: near.containerId };
      expect(edgesOf(rows, ofScanner, 'failed_total')).toEqual({
        rows: CAP,
        sum: PORTS,
        folded: PORTS - CAP,
      });
      expect(foldedEdges(rows)).toBe(PORTS - CAP);
    }, LONG);
  });

  it('are counted each and shown up to the cap, with 50,000 clients', async () => {
    joinRemote(pair.b);
    await start(far, pair.b, SERVER, 8501).next();
    const share = PEERS / 4;
    const clients = [0, 1, 2, 3].map((part) => {
      const from = [PEERS_NETWORK, part * share, share].map(String);
      return pair.spawn(REMOTE, 'perl', '-e', CLIENTS, 'fd79:90::1', '8501', ...from);
    });
    for (const client of clients) {
      expect(await client.next()).toEqual({ connected: share });
    }
    await vi.waitFor(async () => {
      const rows = rowsOf(await exporter.scrape());
      const ofServer = { role: 'server', container_id: far.containerId };
      const everybody = { rows: CAP, sum: PEERS, folded: PEERS - CAP };
      expect(edgesOf(rows, ofServer, 'opened_total')).toEqual(everybody);
      expect(edgesOf(rows, ofServer, 'closed_total')).toEqual(everybody);
      expect(edgesOf(rows, ofServer, 'open')).toEqual({ rows: CAP, sum: 0, folded: 0 });
      expect(foldedEdges(rows)).toBe(PEERS - CAP);
      expect(sumOf(rows, 'process_resident_memory_bytes', {})).toBeLessThan(MOST_BYTES);
    }, LONG);
  });
});

/** Joins the other machine, which has a network of addresses. */
function joinRemote(to: Namespace): void {
  const { name } = REMOTE;
  deleteNamespace(name);
  run('ip', 'netns', 'add', name);
  run('ip', '-n', name, 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'remote', 'netns', to.name);
  run('ip', '-n', name, 'addr', 'add', 'fd79:90::2/64', 'dev', 'veth0', 'nodad');
  run('ip', '-n', to.name, 'addr', 'add', 'fd79:90::1/64', 'dev', 'remote', 'nodad');
  run('ip', '-n', name, 'link', 'set', 'lo', 'up');
  run('ip', '-n', name, 'link', 'set', 'veth0', 'up');
  run('ip', '-n', to.name, 'link', 'set', 'remote', 'up');
  run('ip', 'netns', 'exec', name, 'sysctl', '-qw', 'net.ipv6.ip_nonlocal_bind=1');
  run('ip', '-n', name, '-6', 'route', 'add', 'local', `${PEERS_NETWORK}/64`, 'dev', 'lo');
  run('ip', '-n', to.name, '-6', 'route', 'add', `${PEERS_NETWORK}/64`, 'via', 'fd79:90::2');
}

/** Dials one port after the other. */
const SCANNER = `
  use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6); use Errno qw(ECONNREFUSED); use Fcntl;
  my ($address, $first, $count) = @ARGV;
  my $refused = 0;
  for my $port ($first .. $first + $count - 1) {
    socket(my $socket, AF_INET6, SOCK_STREAM, 0) or die $!;
    # One that waits has forgotten the port by the time that it is refused.
    fcntl($socket, F_SETFL, O_NONBLOCK);
    connect($socket, pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)));
    vec(my $writable = '', fileno($socket), 1) = 1;
    select(undef, $writable, undef, 5) if $!{EINPROGRESS};
    $refused++ if $!{ECONNREFUSED} || unpack('i', getsockopt($socket, SOL_SOCKET, SO_ERROR)) == ECONNREFUSED;
  }
  STDOUT->autoflush(1); print "{\\"refused\\":$refused}\\n"; <STDIN>;
`;

/** Accepts, by some workers, and ends when the client does. */
const SERVER = `
  use Socket qw(:DEFAULT pack_sockaddr_in6); use IO::Handle;
  my ($port) = @ARGV;
  socket(my $listener, AF_INET6, SOCK_STREAM, 0) or die $!;
  bind($listener, pack_sockaddr_in6($port, "\\0" x 16)) or die $!;
  listen($listener, 4096) or die $!;
  STDOUT->autoflush(1); print "{}\\n";
  fork for 1 .. 2;
  while (accept(my $socket, $listener)) { sysread($socket, my $rest, 1); close $socket; }
`;

/** Connects from one address after the other of a network. */
const CLIENTS = `
  use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6); use IO::Handle;
  my ($address, $port, $network, $first, $count) = @ARGV;
  my $server = pack_sockaddr_in6($port, inet_pton(AF_INET6, $address));
  my $prefix = substr(inet_pton(AF_INET6, $network), 0, 12);
  my $connected = 0;
  for my $number ($first + 1 .. $first + $count) {
    socket(my $socket, AF_INET6, SOCK_STREAM, 0) or die $!;
    bind($socket, pack_sockaddr_in6(0, $prefix . pack('N', $number))) or die $!;
    $connected++ if connect($socket, $server);
    close $socket;
  }
  STDOUT->autoflush(1); print "{\\"connected\\":$connected}\\n"; <STDIN>;
`;

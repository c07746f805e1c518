import Docker from 'dockerode';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectionCollector } from '../../exporter/src/collectors/connection.js';
import type { FollowedRuntime } from '../../exporter/src/runtimes/container.js';
import { createDockerRuntime } from '../../exporter/src/runtimes/docker.js';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { removeContainers } from '../engines/docker-containers.js';
import { eventually, matches, readRows, startCollector, sumOf, type Row } from './connection-rows.js';
import {
  createPair,
  deleteNamespace,
  descriptorsForNewcomers,
  inhabitedNamespaces,
  run,
} from '../engines/network-namespaces.js';

const IMAGE = 'toposcope-test-connections';
const NETWORK = 'toposcope-test-connections';
const LABEL = 'toposcope.test=connections';
const OPENED = 'toposcope_connections_opened_total';
const LONG = { timeout: 240_000, interval: 200 };
const execute = promisify(execFile);
const isRoot = process.getuid?.() === 0;

function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** Starts a container and returns the id as it stands in labels. */
function start(options: readonly string[], ...command: string[]): string {
  return docker('run', '--detach', '--label', LABEL, ...options, IMAGE, ...command).slice(0, 12);
}

/** Starts many that run the same, some at a time. */
function startMany(count: number, options: readonly string[], ...command: string[]): string[] {
  const run = ['docker', 'run', '--detach', '--label', LABEL, ...options, IMAGE, ...command];
  const started = execFileSync('sh', ['-c', `seq ${count} | xargs -P 5 -I{} "$@"`, 'start', ...run], {
    encoding: 'utf8',
  });
  return started
    .trim()
    .split('\n')
    .map((id) => id.slice(0, 12));
}

/** A web server that answers, and whose log has a line for each answer. */
function startWeb(...options: string[]): string {
  const web = start(options, 'sh', '-c', 'echo page > /tmp/index.html; exec httpd -f -v -p 80 -h /tmp');
  waitForListener(web, 80);
  return web;
}

/** Without a connection, which would be counted: by the kernel's list of the container's sockets. */
function waitForListener(container: string, port: number): void {
  const pid = docker('inspect', '--format', '{{.State.Pid}}', container);
  const listening = `:${port.toString(16).padStart(4, '0')} [0-9a-f:]+ 0A `;
  const files = `/proc/${pid}/net/tcp /proc/${pid}/net/tcp6`;
  run('timeout', '60', 'sh', '-c', `until grep -qisE '${listening}' ${files}; do sleep 0.1; done`);
}

function answersOf(container: string): number {
  // httpd writes to standard error.
  const { stdout, stderr } = spawnSync('docker', ['logs', container], { encoding: 'utf8' });
  return `${stdout}${stderr}`.split('response:200').length - 1;
}

function addressOf(container: string, network = 'bridge'): string {
  return docker(
    'inspect',
    '--format',
    `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`,
    container,
  );
}

function fetchTimes(times: number, url: string): string {
  return `for i in $(seq ${times}); do wget -q -O /dev/null ${url} || exit 1; done`;
}

/** Makes so many connections one after the other once it is told to, and writes down what it has counted. */
const MANY = `
  use IO::Socket::INET; use Sys::Hostname;
  my ($address, $port, $count) = @ARGV;
  my ($opened, $sent, $received) = (0, 0, 0);
  my $request = pack('N', 1000) . ('x' x 96);
  my $own = '/exchange/' . hostname();
  open(my $ready, '>', "$own.ready") or die; close $ready;
  select(undef, undef, undef, 0.02) until -e '/exchange/go';
  for (1 .. $count) {
    my $socket = IO::Socket::INET->new(PeerAddr => $address, PeerPort => $port);
    if (!$socket) { print STDERR "$@ ($!)\\n"; redo }
    $opened++;
    $sent += syswrite($socket, $request) // 0;
    while (my $read = sysread($socket, my $reply, 4096)) { $received += $read }
    close $socket;
  }
  open(my $file, '>', "$own.new") or die;
  print $file "{\\"opened\\":$opened,\\"sent\\":$sent,\\"received\\":$received}";
  close $file;
  rename("$own.new", $own);
  sleep 600;
`;

function removeAll(): void {
  removeContainers(LABEL);
  // By id: two that were left may have one name.
  const networks = docker('network', 'ls', '--quiet', '--filter', `name=${NETWORK}`)
    .split('\n')
    .filter(Boolean);
  if (networks.length > 0) {
    docker('network', 'rm', ...networks);
  }
}

describe.skipIf(!isRoot)('connections of Docker containers (needs root: sudo npm test)', () => {
  let collector: ConnectionCollector;
  let runtime: FollowedRuntime;

  beforeAll(async () => {
    removeAll();
    await buildBusyboxImage(new Docker(), IMAGE);
  });

  afterAll(() => {
    docker('rmi', '--force', IMAGE);
  });

  beforeEach(async () => {
    docker('network', 'create', NETWORK);
    runtime = createDockerRuntime({
      socketPath: '/var/run/docker.sock',
      required: true,
      log: { info: () => undefined, warn: () => undefined },
    });
    await runtime.firstAttempt;
    collector = startCollector({ runtimes: [runtime] });
    await readRows(collector);
  });

  afterEach(async () => {
    await collector.close();
    await runtime.close();
    removeAll();
  });

  /** The TCP client rows of a container, each `what was dialled (who answered) → peer: connections opened`. */
  function outbound(rows: readonly Row[], containerId: string): string[] {
    return rows
      .filter(
        (row) =>
          row.family === OPENED &&
          matches(row, { role: 'client', protocol: 'tcp', container_id: containerId }),
      )
      .map(({ labels: l, value }) => {
        const actual = l.actual_peer_ip === '' ? '' : ` (${l.actual_peer_ip}:${l.actual_port})`;
        return `${l.peer_ip}:${l.port}${actual} → ${l.peer_container_id} ${l.peer_process}: ${value}`;
      })
      .sort();
  }

  it('names both ends of connections by address', async () => {
    const web = startWeb();
    const client = start([], 'sh', '-c', `${fetchTimes(7, `http://${addressOf(web)}/`)}; sleep 600`);
    await eventually(collector, (rows) => {
      expect(answersOf(web)).toBe(7);
      expect(outbound(rows, client)).toEqual([`${addressOf(web)}:80 → ${web} httpd: 7`]);
      const inbound = { role: 'server', container_id: web, process: 'httpd', port: '80' };
      expect(sumOf(rows, OPENED, { ...inbound, peer_container_id: client })).toBe(7);
      expect(sumOf(rows, OPENED, inbound)).toBe(7);
    });
  });

  it('tells the back ends behind one name apart', async () => {
    const webs = [1, 2, 3].map(() => startWeb('--network', NETWORK, '--network-alias', 'web'));
    const client = start(['--network', NETWORK], 'sh', '-c', `${fetchTimes(30, 'http://web/')}; sleep 600`);
    await eventually(collector, (rows) => {
      const truth = webs.map((web) => answersOf(web));
      expect(truth.reduce((sum, count) => sum + count)).toBe(30);
      expect(outbound(rows, client)).toEqual(
        webs
          .flatMap((web, index) =>
            truth[index] === 0 ? [] : [`${addressOf(web, NETWORK)}:80 → ${web} httpd: ${truth[index]}`],
          )
          .sort(),
      );
    });
  });

  it('looks through a published port, dialled from another container, from the host and through its loopback', async () => {
    const web = startWeb('--publish', '18080:80');
    const gateway = docker('inspect', '--format', '{{.NetworkSettings.Gateway}}', web);
    const page = `http://${gateway}:18080/`;
    const client = start(['--network', NETWORK], 'sh', '-c', `${fetchTimes(5, page)}; sleep 600`);
    run('busybox', 'sh', '-c', fetchTimes(4, page));
    run('busybox', 'sh', '-c', fetchTimes(3, 'http://127.0.0.1:18080/'));
    const answered = `(${addressOf(web)}:80) → ${web} httpd`;
    await eventually(collector, (rows) => {
      expect(answersOf(web)).toBe(12);
      expect(outbound(rows, client)).toEqual([`${gateway}:18080 ${answered}: 5`]);
      const listening = { container_id: web, port: '80', published: 'yes' };
      expect(sumOf(rows, 'toposcope_listener_info', listening)).toBe(1);
      const ofHost = outbound(rows, '').filter((edge) => edge.includes(':18080'));
      expect(ofHost).toEqual([`127.0.0.1:18080 ${answered}: 3`, `${gateway}:18080 ${answered}: 4`]);
    });
  });

  it('says who answered for a virtual address that is spread over two back ends', async () => {
    const webs = [startWeb(), startWeb()] as const;
    const nat = (action: string, address: string, ...more: string[]) =>
      run(
        ...([
          'iptables',
          '-t',
          'nat',
          action,
          'PREROUTING',
          '-d',
          '10.96.79.1',
          '-p',
          'tcp',
          '--dport',
          '8080',
        ] as const),
        ...more,
        ...['-j', 'DNAT', '--to-destination', `${address}:80`],
      );
    const half = ['-m', 'statistic', '--mode', 'nth', '--every', '2', '--packet', '0'];
    nat('-A', addressOf(webs[0]), ...half);
    nat('-A', addressOf(webs[1]));
    try {
      const client = start([], 'sh', '-c', `${fetchTimes(20, 'http://10.96.79.1:8080/')}; sleep 600`);
      await eventually(collector, (rows) => {
        expect([answersOf(webs[0]), answersOf(webs[1])]).toEqual([10, 10]);
        expect(outbound(rows, client)).toEqual(
          webs.map((web) => `10.96.79.1:8080 (${addressOf(web)}:80) → ${web} httpd: 10`).sort(),
        );
      });
    } finally {
      nat('-D', addressOf(webs[0]), ...half);
      nat('-D', addressOf(webs[1]));
    }
  });

  it('counts 20,000 short connections of 50 containers at once and all their bytes, each its own', async () => {
    const exchange = mkdtempSync(path.join(tmpdir(), 'toposcope-clients-'));
    try {
      // Of the machine's own programs: what is in the image forks for each connection.
      const programs = ['/usr', '/lib', '/lib64'].filter((folder) => existsSync(folder));
      const mounts = [...programs, `${exchange}:/exchange:rw`].flatMap((mount) => [
        '--volume',
        mount.includes(':') ? mount : `${mount}:${mount}:ro`,
      ]);
      const generator = path.resolve('test/load/tcp-load.mjs');
      const own = [`${process.execPath}:/node:ro`, `${generator}:/load.mjs:ro`];
      const serving = ['--interactive', ...mounts, ...own.flatMap((mount) => ['--volume', mount])];
      const server = start(serving, '/node', '/load.mjs', 'server', '8321', '0.0.0.0');
      waitForListener(server, 8321);
      const clients = startMany(50, mounts, '/usr/bin/perl', '-e', MANY, addressOf(server), '8321', '400');
      expect(new Set(clients).size).toBe(50);
      await vi.waitFor(
        () => expect(readdirSync(exchange).filter((name) => name.endsWith('.ready'))).toHaveLength(50),
        LONG,
      );
      writeFileSync(path.join(exchange, 'go'), '');
      const counted = new Map<string, { opened: number; sent: number; received: number }>();
      await vi.waitFor(() => {
        for (const client of clients) {
          counted.set(client, JSON.parse(readFileSync(path.join(exchange, client), 'utf8')) as never);
        }
      }, LONG);
      await eventually(collector, (rows) => {
        for (const [client, { opened, sent, received }] of counted) {
          expect(opened).toBe(400);
          for (const [ends, bytes] of [
            [{ role: 'client', container_id: client, peer_container_id: server }, [sent, received]],
            [{ role: 'server', container_id: server, peer_container_id: client }, [received, sent]],
          ] as const) {
            const labels = { ...ends, port: '8321' };
            expect(sumOf(rows, OPENED, labels)).toBe(opened);
            expect(sumOf(rows, 'toposcope_connections_closed_total', labels)).toBe(opened);
            expect(
              ['sent', 'received'].map((way) =>
                sumOf(rows, `toposcope_connection_${way}_bytes_total`, labels),
              ),
            ).toEqual(bytes);
          }
        }
        for (const role of ['client', 'server']) {
          expect(sumOf(rows, OPENED, { role, port: '8321' })).toBe(20_000);
        }
      });
    } finally {
      rmSync(exchange, { recursive: true });
    }
  }, 420_000);

  it('names containers that lived for less time than lies between two passes, and lets go of them', async () => {
    const web = startWeb();
    const page = `http://${addressOf(web)}/`;
    await eventually(collector, (rows) => {
      expect(sumOf(rows, 'toposcope_listener_info', { container_id: web, port: '80' })).toBe(1);
    });
    const before = { descriptors: readdirSync('/proc/self/fd').length, inhabited: inhabitedNamespaces() };
    const clients: string[] = [];
    for (let index = 0; index < 12; index++) {
      // Not synchronously: the collector lives in this process.
      const command = `wget -q -O /dev/null ${page}; sleep 0.5`;
      const { stdout } = await execute('docker', [
        'run',
        '--detach',
        '--label',
        LABEL,
        IMAGE,
        'sh',
        '-c',
        command,
      ]);
      const id = stdout.slice(0, 12);
      clients.push(id);
      await execute('docker', ['wait', id]);
      await execute('docker', ['rm', id]);
    }
    await eventually(collector, (rows) => {
      expect(answersOf(web)).toBe(12);
      for (const client of clients) {
        expect(outbound(rows, client)).toEqual([`${addressOf(web)}:80 → ${web} httpd: 1`]);
        expect(sumOf(rows, OPENED, { role: 'server', container_id: web, peer_container_id: client })).toBe(1);
      }
      expect(sumOf(rows, OPENED, { role: 'server', container_id: web })).toBe(12);
    });
    await eventually(collector, () => {
      expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(
        before.descriptors + descriptorsForNewcomers(before.inhabited),
      );
    });
  });

  it('keeps containers apart that share a network namespace, also when nobody can tell which of them dialled', async () => {
    const web = startWeb();
    const far = startWeb();
    const held = startWeb();
    const other = start(
      ['--network', `container:${web}`],
      'sh',
      '-c',
      'echo b > /tmp/index.html; exec httpd -f -p 81 -h /tmp',
    );
    waitForListener(other, 81);
    const sidecar = start(
      ['--network', `container:${web}`],
      ...[
        'sh',
        '-c',
        `(sleep 600 | nc 127.0.0.1 81) & (sleep 600 | nc ${addressOf(held)} 80) &
        ${[far, held].map((one) => fetchTimes(20, `http://${addressOf(one)}/`)).join('; ')}
        sleep 600 | nc 127.0.0.1 80`,
      ],
    );
    await eventually(collector, (rows) => {
      const labels = { role: 'client', container_id: sidecar, process: 'nc' };
      expect(
        sumOf(rows, 'toposcope_connections_open', { ...labels, port: '80', peer_container_id: web }),
      ).toBe(1);
      expect(
        sumOf(rows, 'toposcope_connections_open', { ...labels, port: '81', peer_container_id: other }),
      ).toBe(1);
      expect(
        sumOf(rows, 'toposcope_connections_open', { role: 'server', container_id: web, port: '80' }),
      ).toBe(1);
      expect(
        sumOf(rows, 'toposcope_connections_open', { role: 'server', container_id: other, port: '81' }),
      ).toBe(1);
      expect(sumOf(rows, 'toposcope_connections_open', { container_id: web, role: 'client' })).toBe(0);
      // Too short for a pass to see whose they were.
      const short = { role: 'client', peer_container_id: far };
      for (const id of [web, other]) {
        expect(sumOf(rows, OPENED, { ...short, container_id: id })).toBe(0);
        expect(sumOf(rows, OPENED, { role: 'server', peer_container_id: id, port: '80' })).toBe(0);
      }
      expect(sumOf(rows, OPENED, short)).toBe(20);
      // That one of them was seen with that peer says nothing of the others' short ones.
      const toHeld = { role: 'client', peer_container_id: held };
      expect(sumOf(rows, OPENED, toHeld)).toBe(21);
      expect(sumOf(rows, OPENED, { role: 'server', container_id: held })).toBe(21);
      expect(sumOf(rows, 'toposcope_connections_open', { ...toHeld, container_id: sidecar })).toBe(1);
      expect(sumOf(rows, OPENED, { ...toHeld, container_id: '' })).toBeGreaterThan(0);
      for (const id of [web, other]) {
        expect(sumOf(rows, OPENED, { ...toHeld, container_id: id })).toBe(0);
      }
    });
  });

  it('gives a host-network container its own connections and listeners, and the host none of them', async () => {
    const web = startWeb();
    const address = addressOf(web);
    const hosted = start(
      ['--network', 'host'],
      ...['sh', '-c', `(httpd -f -p 18081 -h /tmp &); sleep 600 | nc ${address} 80`],
    );
    await eventually(collector, (rows) => {
      const open = { role: 'client', peer_ip: address, port: '80' };
      expect(
        sumOf(rows, 'toposcope_connections_open', { ...open, container_id: hosted, process: 'nc' }),
      ).toBe(1);
      expect(sumOf(rows, 'toposcope_connections_open', { ...open, container_id: '' })).toBe(0);
      expect(
        sumOf(rows, 'toposcope_listener_info', { container_id: hosted, port: '18081', process: 'httpd' }),
      ).toBe(1);
    });
  });

  it('names a client that reaches a published port from another machine', async () => {
    const web = startWeb('--publish', '18082:80');
    const [remote, spare] = createPair('toposcope-nat', 2);
    deleteNamespace(spare.name);
    try {
      run('ip', 'link', 'add', 'toposcope-nat', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', remote.name);
      run('ip', 'addr', 'add', '10.79.3.1/24', 'dev', 'toposcope-nat');
      run('ip', 'link', 'set', 'toposcope-nat', 'up');
      run('ip', '-n', remote.name, 'addr', 'add', '10.79.3.2/24', 'dev', 'eth0');
      run('ip', '-n', remote.name, 'link', 'set', 'eth0', 'up');
      run(
        'ip',
        'netns',
        'exec',
        remote.name,
        'busybox',
        'sh',
        '-c',
        fetchTimes(6, 'http://10.79.3.1:18082/'),
      );
      await eventually(collector, (rows) => {
        const inbound = { role: 'server', container_id: web, port: '80' };
        expect(sumOf(rows, OPENED, { ...inbound, peer_ip: '10.79.3.2' })).toBe(6);
        expect(sumOf(rows, OPENED, inbound)).toBe(6);
      });
    } finally {
      deleteNamespace(remote.name);
    }
  });
});

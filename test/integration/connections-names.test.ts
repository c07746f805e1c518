import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionCollector } from '../../exporter/src/collectors/connection.js';
import { parseWellKnownServices } from '../../exporter/src/collectors/well-known-services.js';
import { eventually, matches, readRows, startCollector } from './connection-rows.js';
import {
  NamespaceProcess,
  createPair,
  deleteNamespace,
  run,
  type Namespace,
} from '../engines/network-namespaces.js';

const isRoot = process.getuid?.() === 0;
const LINK = 'toposcope-names';
const SERVER = '10.79.23.2';
/** Public, and led into the test's namespace, where nobody answers. */
const ADDRESSES = {
  'www.example.org': '45.55.65.75',
  'eu.storage.example': '45.55.65.76',
  'six.example.org': '2a0f:7979::75',
  'tcp.example.org': '45.55.65.78',
};
/** Asked for over TCP. */
const LONG_NAME = 'tcp.example.org';
/** What the server says of it, nobody has asked. */
const FORGED = '45.55.65.77';

describe.skipIf(!isRoot)('names of public peers (needs root: sudo npm test)', () => {
  let remote: Namespace;
  let collector: ConnectionCollector | undefined;
  let server: NamespaceProcess | undefined;

  beforeEach(async () => {
    // What an earlier, killed run has left.
    spawnSync('ip', ['link', 'delete', LINK]);
    const [first, spare] = createPair(LINK, 22);
    remote = first;
    deleteNamespace(spare.name);
    run('ip', 'link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', remote.name);
    run('ip', 'addr', 'add', '10.79.23.1/24', 'dev', LINK);
    run('ip', 'link', 'set', LINK, 'up');
    run('ip', '-n', remote.name, 'addr', 'add', `${SERVER}/24`, 'dev', 'eth0');
    run('ip', '-n', remote.name, 'link', 'set', 'eth0', 'up');
    // It forwards where the host does, and would now and then say that the network is unreachable.
    run('ip', 'netns', 'exec', remote.name, 'sysctl', '-qw', 'net.ipv4.conf.all.forwarding=0');
    for (const address of [...Object.values(ADDRESSES), FORGED]) {
      const isIpv6 = address.includes(':');
      const route = isIpv6 ? ['-6', 'route', 'add', address] : ['route', 'add', address, 'via', SERVER];
      run('ip', ...route, 'dev', LINK);
    }
    server = NamespaceProcess.start(
      remote.name,
      process.execPath,
      '-e',
      NAME_SERVER,
      JSON.stringify(ADDRESSES),
      FORGED,
    );
    await server.next();
  });

  afterEach(async () => {
    await collector?.close();
    collector = undefined;
    await server?.kill();
    // The namespace's end of it goes with it, and so do the routes through it.
    spawnSync('ip', ['link', 'delete', LINK]);
    deleteNamespace(remote.name);
  });

  it('are those that the host asked for, through a chain, or stand for a well-known service', async () => {
    const services = parseWellKnownServices(
      'services: [{ name: Object storage, suffixes: [storage.example] }]',
    );
    collector = startCollector({ listensForNames: true, services });
    await readRows(collector);
    for (const [name, address] of Object.entries(ADDRESSES)) {
      expect(name === LONG_NAME ? askOverTcp(name) : run('busybox', 'nslookup', name, SERVER)).toContain(
        address,
      );
      // An attempt that fails has a name, too.
      await attempt(address);
    }
    await attempt(FORGED);
    const namesOf = (rows: Awaited<ReturnType<typeof readRows>>, address: string) =>
      rows
        .filter((row) => matches(row, { role: 'client', peer_ip: address, port: '443' }))
        .filter(({ family }) => family === 'toposcope_connections_failed_total')
        .map(({ labels, value }) => `${labels.peer_name} ${value}`);
    await eventually(collector, (rows) => {
      expect(namesOf(rows, ADDRESSES['www.example.org'])).toEqual(['www.example.org 1']);
      expect(namesOf(rows, ADDRESSES['eu.storage.example'])).toEqual(['Object storage 1']);
      expect(namesOf(rows, ADDRESSES['six.example.org'])).toEqual(['six.example.org 1']);
      expect(namesOf(rows, ADDRESSES[LONG_NAME])).toEqual([`${LONG_NAME} 1`]);
      expect(namesOf(rows, FORGED)).toEqual([' 1']);
    });
  });
});

/** By the C library, which asks for both kinds of addresses in one segment. See resolv.conf(5) for its options. */
function askOverTcp(name: string): string {
  const ask = `f=$(mktemp); echo nameserver ${SERVER} > $f; mount --bind $f /etc/resolv.conf; rm $f; getent ahosts ${name}`;
  return run('unshare', '--mount', 'env', 'RES_OPTIONS=use-vc', 'sh', '-c', ask);
}

/** Dials, and gives up while nobody has answered. */
async function attempt(address: string): Promise<void> {
  const client = spawn(process.execPath, ['-e', `require('net').connect(443, '${address}')`]);
  const ended = once(client, 'exit');
  const dialled = ['-Htn', 'state', 'syn-sent', 'dst', address.includes(':') ? `[${address}]` : address];
  while (client.exitCode === null && run('ss', ...dialled) === '') {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  client.kill('SIGKILL');
  await ended;
}

/** Answers with a CNAME and an address behind it, in packets that another library writes, and with what was not asked. */
const NAME_SERVER = `
  const packet = require('dns-packet');
  const addresses = JSON.parse(process.argv[1]);
  const forged = process.argv[2];
  const flags = packet.RECURSION_AVAILABLE | packet.AUTHORITATIVE_ANSWER;
  const answersTo = ({ id, questions }, forgedId = id) => {
    const [{ name, type }] = questions;
    const data = addresses[name];
    const answers = data !== undefined && type === (data.includes(':') ? 'AAAA' : 'A')
      ? [{ type: 'CNAME', name, data: 'edge.' + name, ttl: 60 }, { type, name: 'edge.' + name, data, ttl: 60 }]
      : [];
    const [question, answer] = [{ name: 'forged.example', type: 'A' }, { name: 'forged.example', type: 'A', data: forged }];
    return [
      { type: 'response', id, flags, questions, answers },
      { type: 'response', id: forgedId, flags, questions: [question], answers: [answer] },
    ];
  };
  const socket = require('dgram').createSocket('udp4');
  socket.on('message', (request, { address, port }) => {
    answersTo(packet.decode(request)).forEach((answer) => socket.send(packet.encode(answer), port, address));
  });
  require('net').createServer((client) => {
    let rest = Buffer.alloc(0);
    client.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length > 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const { id, questions } = packet.streamDecode(rest);
        rest = rest.subarray(2 + rest.readUInt16BE(0));
        answersTo({ id, questions }, id ^ 1).forEach((answer) => client.write(packet.streamEncode(answer)));
      }
    });
    client.on('error', () => {});
  }).listen(53, '0.0.0.0');
  socket.bind(53, () => console.log('{}'));
`;

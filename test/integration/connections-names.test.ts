import { spawnSync } from 'node:child_process';
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
const ADDRESSES = { 'www.example.org': '45.55.65.75', 'eu.storage.example': '45.55.65.76' };

describe.skipIf(!isRoot)('names of public peers (needs root: sudo npm test)', () => {
  let remote: Namespace;
  let collector: ConnectionCollector | undefined;
  let server: NamespaceProcess | undefined;

  beforeEach(async () => {
    const [first, spare] = createPair(LINK, 22);
    remote = first;
    deleteNamespace(spare.name);
    run('ip', 'link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', remote.name);
    run('ip', 'addr', 'add', '10.79.23.1/24', 'dev', LINK);
    run('ip', 'link', 'set', LINK, 'up');
    run('ip', '-n', remote.name, 'addr', 'add', `${SERVER}/24`, 'dev', 'eth0');
    run('ip', '-n', remote.name, 'link', 'set', 'eth0', 'up');
    for (const address of Object.values(ADDRESSES)) {
      run('ip', 'route', 'add', `${address}/32`, 'via', SERVER, 'dev', LINK);
    }
    server = NamespaceProcess.start(
      remote.name,
      process.execPath,
      '-e',
      NAME_SERVER,
      JSON.stringify(ADDRESSES),
    );
    await server.next();
  });

  afterEach(async () => {
    await collector?.close();
    collector = undefined;
    await server?.kill();
    // Its end on the host, and the routes through it, go with it.
    deleteNamespace(remote.name);
  });

  it('are those that the host asked for, through a chain, or stand for a well-known service', async () => {
    const services = parseWellKnownServices(
      'services: [{ name: Object storage, suffixes: [storage.example] }]',
    );
    collector = startCollector({ listensForNames: true, services });
    await readRows(collector);
    for (const [name, address] of Object.entries(ADDRESSES)) {
      expect(run('busybox', 'nslookup', name, SERVER)).toContain(address);
      // Nobody answers: an attempt that fails has a name, too.
      spawnSync('timeout', ['1', 'busybox', 'nc', address, '443']);
    }
    const namesOf = (rows: Awaited<ReturnType<typeof readRows>>, address: string) =>
      rows
        .filter((row) => matches(row, { role: 'client', peer_ip: address, port: '443' }))
        .filter(({ family }) => family === 'toposcope_connections_failed_total')
        .map(({ labels, value }) => `${labels.peer_name} ${value}`);
    await eventually(collector, (rows) => {
      expect(namesOf(rows, ADDRESSES['www.example.org'])).toEqual(['www.example.org 1']);
      expect(namesOf(rows, ADDRESSES['eu.storage.example'])).toEqual(['Object storage 1']);
    });
  });
});

/** Answers with a CNAME and an address behind it, in packets that another library writes. */
const NAME_SERVER = `
  const packet = require('dns-packet');
  const addresses = JSON.parse(process.argv[1]);
  const socket = require('dgram').createSocket('udp4');
  socket.on('message', (request, { address, port }) => {
    const { id, questions } = packet.decode(request);
    const [{ name, type }] = questions;
    const data = addresses[name];
    const answers = type === 'A' && data !== undefined
      ? [{ type: 'CNAME', name, data: 'edge.' + name, ttl: 60 }, { type: 'A', name: 'edge.' + name, data, ttl: 60 }]
      : [];
    const flags = packet.RECURSION_AVAILABLE | packet.AUTHORITATIVE_ANSWER;
    socket.send(packet.encode({ type: 'response', id, flags, questions, answers }), port, address);
  });
  socket.bind(53, () => console.log('{}'));
`;

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProcSource } from './proc-source.js';
import type { SocketRecord } from './socket-record.js';

const NAMESPACE = 4_026_531_840;
const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const row = (local: string, peer: string, state: string, inode: number): string =>
  `   0: ${local} ${peer} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000`;

describe('ProcSource', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'toposcope-proc-'));
    mkdirSync(path.join(root, '7/net'), { recursive: true });
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(path.join(root, '7/net', name), text);
    }
  }

  function visited(): string[] {
    const source = new ProcSource(root);
    source.open(NAMESPACE, 7);
    const seen: string[] = [];
    const note = (kind: string) => (record: SocketRecord) =>
      seen.push(
        `${kind} ${record.localAddress} ${record.localPort} ${record.peerAddress} ${record.peerPort}`,
      );
    source.visitSockets(NAMESPACE, {
      listener: note('listener'),
      connection: note('connection'),
      udp: note('udp'),
    });
    return seen;
  }

  const tables = {
    tcp: [
      HEAD,
      row('0100007F:1F90', '00000000:0000', '0A', 11),
      row('0100007F:1F90', '0100007F:D431', '01', 12),
      row('0100007F:D431', '0100007F:1F90', '06', 0),
    ].join('\n'),
    udp6: [HEAD, row(`${'0'.repeat(32)}:0035`, `${'0'.repeat(32)}:0000`, '07', 13)].join('\n'),
  };
  const listener = 'listener 127.0.0.1 8080 0.0.0.0 0';
  const connection = 'connection 127.0.0.1 8080 127.0.0.1 54321';
  const udp = 'udp :: 53 :: 0';

  it('visits what the tables list, without what has no process', () => {
    write({
      ...tables,
      sockstat: 'sockets: used 3\nTCP: inuse 2 orphan 0\nUDP: inuse 0',
      sockstat6: 'UDP6: inuse 1',
    });
    expect(visited()).toEqual([listener, connection, udp]);
  });

  it('leaves tables alone that are known to be empty', () => {
    write({ ...tables, sockstat: 'TCP: inuse 0\nUDP: inuse 0', sockstat6: 'TCP6: inuse 0\nUDP6: inuse 1' });
    expect(visited()).toEqual([udp]);
  });

  it('reads all tables where their numbers may not be read', () => {
    write(tables);
    expect(visited()).toEqual([listener, connection, udp]);
  });

  it('visits nothing of a process that has ended', () => {
    rmSync(path.join(root, '7'), { recursive: true });
    expect(visited()).toEqual([]);
  });
});

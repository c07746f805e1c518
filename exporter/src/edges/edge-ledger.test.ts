import { describe, expect, it } from 'vitest';
import { NO_CONTAINER, hostName } from '../contract/ids.js';
import type { EdgeLabels } from './edge.js';
import { EdgeLedger } from './edge-ledger.js';

const LIMITS = { edges: 3, edgesPerContainer: 2, idleMs: 900_000 };
const ALICE = 'aaaaaaaaaaaa';
const BOB = 'bbbbbbbbbbbb';

describe('EdgeLedger', () => {
  it('counts everything with the same labels on one edge', () => {
    const ledger = new EdgeLedger(hostName('h'), LIMITS);
    expect(ledger.edge(labels({}), 0)).toBe(ledger.edge(labels({}), 1));
    expect(ledger.size).toBe(1);
  });

  it('folds what is new beyond a container’s limit into one row a role, and says how much', () => {
    const ledger = new EdgeLedger(hostName('h'), LIMITS);
    const ports = ['1', '2', '3', '4'].map((port) => ledger.edge(labels({ port }), 0));
    expect(ports.map((edge) => edge.labels.peer_ip)).toEqual(['10.0.0.1', '10.0.0.1', 'other', 'other']);
    expect(ports[2]).toBe(ports[3]);
    expect(ledger.folded).toBe(2);
    expect(ledger.edge(labels({ port: '3', role: 'server' }), 0)).not.toBe(ports[3]);
  });

  it('lets no process outside containers take the room of another, nor of its own clients', () => {
    const ledger = new EdgeLedger(hostName('h'), LIMITS);
    const server = { container_id: NO_CONTAINER, process: 'nfsd', role: 'server' } as const;
    ledger.edge(labels({ ...server, port: '1' }), 0);
    ledger.edge(labels({ ...server, port: '2' }), 0);
    expect(ledger.edge(labels({ ...server, port: '3' }), 0).labels.peer_ip).toBe('other');
    expect(ledger.edge(labels({ ...server, role: 'client' }), 0).labels.peer_ip).toBe('10.0.0.1');
  });

  it('folds beyond the host’s limit, whoever it is', () => {
    const ledger = new EdgeLedger(hostName('h'), LIMITS);
    const containers = ['aa', 'bb', 'cc', 'dd'].map((id) => ledger.edge(labels({ container_id: id }), 0));
    expect(containers.map((edge) => edge.labels.peer_ip === 'other')).toEqual([false, false, false, true]);
  });

  it('has room again for what is new when an idle edge was dropped', () => {
    const ledger = new EdgeLedger(hostName('h'), LIMITS);
    ledger.edge(labels({ port: '1' }), 0);
    ledger.edge(labels({ port: '2' }), 0);
    ledger.expire(LIMITS.idleMs, new Set([ALICE]));
    expect(ledger.edge(labels({ port: '3' }), LIMITS.idleMs).labels.port).toBe('3');
  });

  describe('with edges that may still be made', () => {
    const first = labels({ port: '1' });
    const second = labels({ port: '2' });
    const third = labels({ port: '3' });

    it('keeps room for them, and takes no more of their owner', () => {
      const ledger = new EdgeLedger(hostName('h'), LIMITS);
      expect([first, second, first, third].map((each) => ledger.reserve(each))).toEqual([
        true,
        true,
        true,
        false,
      ]);
      expect(ledger.edge(third, 0).labels.peer_ip).toBe('other');
      expect(ledger.edge(second, 0).labels.port).toBe('2');
      expect(ledger.folded).toBe(1);
    });

    it('has room again when all who had reserved an edge have let go of it, and it was not made', () => {
      const ledger = new EdgeLedger(hostName('h'), LIMITS);
      [first, first, second].forEach((each) => ledger.reserve(each));
      ledger.release(first);
      expect(ledger.reserve(third)).toBe(false);
      ledger.release(first);
      expect(ledger.reserve(third)).toBe(true);
      ledger.edge(second, 0);
      ledger.release(second);
      expect(ledger.reserve(first)).toBe(false);
    });

    it('keeps the room of one that was dropped as idle', () => {
      const ledger = new EdgeLedger(hostName('h'), LIMITS);
      ledger.edge(first, 0);
      [first, second].forEach((each) => ledger.reserve(each));
      ledger.expire(LIMITS.idleMs, new Set([ALICE]));
      expect(ledger.reserve(third)).toBe(false);
      expect(ledger.edge(first, LIMITS.idleMs).labels.port).toBe('1');
    });
  });

  it.each([
    ['keeps an edge of living containers until it was idle for the whole time', [ALICE, BOB], 899_999, 1],
    ['drops it after that', [ALICE, BOB], 900_000, 0],
    ['keeps a departed container’s edge for its last scrapes', [BOB], 59_999, 1],
    ['drops a departed container’s edge after a minute', [BOB], 60_000, 0],
    ['drops an edge to a departed container after a minute', [ALICE], 60_000, 0],
  ])('%s', (_, living, now, size) => {
    const ledger = new EdgeLedger(hostName('h'), LIMITS);
    ledger.edge(labels({ peer_container_id: BOB }), 0);
    ledger.expire(now, new Set(living));
    expect(ledger.size).toBe(size);
  });

  it('keeps an edge with open connections, however long they are silent', () => {
    const ledger = new EdgeLedger(hostName('h'), LIMITS);
    ledger.edge(labels({}), 0).open = 1;
    ledger.expire(10 * LIMITS.idleMs, new Set());
    expect(ledger.size).toBe(1);
  });
});

function labels(some: Partial<EdgeLabels>): EdgeLabels {
  return {
    container_id: ALICE,
    process: 'curl',
    role: 'client',
    protocol: 'tcp',
    local_ip: '',
    port: '80',
    peer_ip: '10.0.0.1',
    actual_peer_ip: '',
    actual_port: '',
    peer_container_id: '',
    peer_process: '',
    peer_name: '',
    ...some,
  };
}

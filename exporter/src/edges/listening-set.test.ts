import { beforeEach, describe, expect, it } from 'vitest';
import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import { ListeningSet, type Listener, type SocketOwner } from './listening-set.js';

const WEB = { containerId: '111111111111' as ContainerId, process: 'web', pid: 2 };
const NEW_WEB = { ...WEB, pid: 3 };
const SIDE = { ...WEB, process: 'side', pid: 4 };
const APP = { containerId: '222222222222' as ContainerId, process: 'app', pid: 5 };
const SOMEBODY_OF_WEB = { ...WEB, process: '' };
const NOBODY = { containerId: NO_CONTAINER, process: '', pid: 0 };

function listener(owner: SocketOwner | undefined, changes: Partial<Listener> = {}): Listener {
  return {
    ...{ protocol: 'tcp', family: 'ipv4', address: '0.0.0.0', port: 80, ipv6Only: false },
    ...{ inode: owner?.pid ?? 9, cgroupId: 0, owner },
    ...changes,
  };
}

describe('ListeningSet', () => {
  let set: ListeningSet;
  const ownerAt = (heardAt: number, port = 80) => set.find('tcp', '10.0.0.2', port, heardAt)?.owner;
  const close = (at: number) => set.remember('tcp', 80, at);

  beforeEach(() => {
    set = new ListeningSet();
    set.replace([listener(WEB), listener(WEB, { port: 81 })], 0);
  });

  describe('where a listener has been closed', () => {
    it('names nobody until a dump tells who listens there', () => {
      expect(close(2_000)).toBe(true);
      expect(set.isClosed('tcp', 80)).toBe(true);
      expect(ownerAt(2_000)).toEqual(NOBODY);
      expect(ownerAt(2_000, 81)).toBe(WEB);
      set.replace([], 5_000);
      expect(set.isClosed('tcp', 80)).toBe(false);
    });

    it('still knows that connections to that port were accepted', () => {
      close(2_000);
      set.replace([], 5_000);
      expect(set.hasPort('tcp', 80)).toBe(true);
    });

    it('knows whose it was, for what ended before, and nobody for what ended later: another may have come and gone', () => {
      close(2_000);
      set.replace([], 5_000);
      expect(ownerAt(1_999)).toBe(WEB);
      expect(ownerAt(2_000)).toEqual(NOBODY);
      expect(ownerAt(7_000)).toBeUndefined();
    });

    it.each([
      ['names the same process that has started again', NEW_WEB, WEB],
      ['names no process when another of the container follows', SIDE, SOMEBODY_OF_WEB],
      ['names nobody when another container follows', APP, NOBODY],
    ])('%s, for what ended before a dump found it', (_, next, expected) => {
      close(2_000);
      set.replace([listener(next)], 5_000);
      expect(ownerAt(4_000)).toMatchObject({ containerId: expected.containerId, process: expected.process });
      expect(ownerAt(7_000)).toBe(next);
    });

    it('does the same where only the dumps tell', () => {
      set.replace([listener(SIDE)], 5_000);
      expect(ownerAt(4_000)).toMatchObject({ ...SOMEBODY_OF_WEB, pid: SIDE.pid });
      expect(ownerAt(7_000)).toBe(SIDE);
    });

    it('takes what is told late for what a dump has found', () => {
      set.replace([listener(SIDE)], 5_000);
      expect(close(5_200)).toBe(false);
      expect(ownerAt(7_000)).toBe(SIDE);
      expect(close(5_300)).toBe(true);
      expect(ownerAt(7_000)).toEqual(NOBODY);
    });

    it('names nobody when one has been closed that no dump has found', () => {
      close(2_000);
      close(3_000);
      set.replace([listener(NEW_WEB)], 5_000);
      expect(ownerAt(4_000)).toEqual(NOBODY);
      expect(ownerAt(7_000)).toBe(NEW_WEB);
    });
  });

  describe('where several share a port', () => {
    it.each([
      ['names the process of one name', [WEB, NEW_WEB], WEB],
      ['names the container of several processes', [WEB, SIDE], SOMEBODY_OF_WEB],
      ['names nobody of several containers', [WEB, APP], NOBODY],
    ])('%s', (_, owners, expected) => {
      set.replace(
        owners.map((owner) => listener(owner)),
        1,
      );
      expect(ownerAt(7_000)).toEqual(expected);
    });

    it('says that one was not looked for yet', () => {
      set.replace([listener(WEB), listener(undefined)], 1);
      expect(set.find('tcp', '10.0.0.2', 80, 7_000)).toMatchObject({ owner: undefined });
    });
  });

  it.each([
    ['its exact address', { address: '10.0.0.2' }],
    ['its own family', { family: 'ipv4' }],
  ] as const)('prefers the listener of %s', (_, changes) => {
    const other = listener(APP, { family: 'ipv6', address: '::' });
    set.replace([other, listener(WEB, changes)], 1);
    expect(ownerAt(7_000)).toBe(WEB);
  });
});

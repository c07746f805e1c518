import { beforeEach, describe, expect, it } from 'vitest';
import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import { LATE_MS, ListeningSet, type Listener, type SocketOwner } from './listening-set.js';

const WEB = { containerId: '111111111111' as ContainerId, process: 'web', pid: 2 };
const NEW_WEB = { ...WEB, pid: 3 };
const SIDE = { ...WEB, process: 'side', pid: 4 };
const APP = { containerId: '222222222222' as ContainerId, process: 'app', pid: 5 };
const SOMEBODY_OF_WEB = { ...WEB, process: '' };
const NOBODY = { containerId: NO_CONTAINER, process: '', pid: 0 };

/** The cookie is the owner's pid. */
function listener(owner: SocketOwner | undefined, changes: Partial<Listener> = {}): Listener {
  const cookie = owner?.pid ?? 9;
  return {
    ...{ protocol: 'tcp', family: 'ipv4', address: '0.0.0.0', port: 80, ipv6Only: false },
    ...{ cookie, inode: cookie, cgroupId: 0, owner },
    ...changes,
  };
}

describe('ListeningSet', () => {
  let set: ListeningSet;
  const ownerAt = (heardAt: number, port = 80, address = '10.0.0.2') =>
    set.find('tcp', address, port, heardAt)?.owner;
  const close = (at: number, owner = WEB, changes: Partial<Listener> = {}) =>
    set.close(listener(owner, changes), at);
  const isClosed = (heardAt: number, address = '10.0.0.2') => set.isClosed('tcp', address, 80, heardAt);

  beforeEach(() => {
    set = new ListeningSet();
    set.replace([listener(WEB), listener(WEB, { port: 81, cookie: 81 })], 0);
  });

  describe('where a listener has been closed', () => {
    it('names nobody until a dump tells who listens there', () => {
      expect(close(2_000)).toBe(true);
      expect(isClosed(2_000)).toBe(true);
      expect(ownerAt(2_000)).toEqual(NOBODY);
      expect(ownerAt(2_000, 81)).toBe(WEB);
      set.replace([], 5_000);
      expect(isClosed(2_000)).toBe(false);
    });

    it('still knows that connections to that port were accepted', () => {
      close(2_000);
      set.replace([], 5_000);
      expect(set.hasPort('tcp', 80)).toBe(true);
    });

    it('knows whose it was, for what ended before, and nobody for what ended long after', () => {
      close(2_000);
      set.replace([], 5_000);
      expect(ownerAt(1_999)).toBe(WEB);
      expect(ownerAt(5_000 + LATE_MS)).toBe(WEB);
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

    it('learns nothing of one that a dump does not find any more', () => {
      set.replace([listener(SIDE)], 5_000);
      expect(close(5_200)).toBe(false);
      expect(ownerAt(7_000)).toBe(SIDE);
    });

    it('doubts a dump that was made just before, which may not have listed anew', () => {
      set.replace([listener(WEB)], 5_000);
      close(5_000 + LATE_MS - 1);
      expect(isClosed(4_000)).toBe(true);
      expect(ownerAt(4_000)).toEqual(NOBODY);
    });

    it('trusts a dump that was made before that', () => {
      set.replace([listener(WEB)], 5_000);
      close(5_000 + LATE_MS);
      expect(isClosed(4_000)).toBe(false);
      expect(ownerAt(4_000)).toBe(WEB);
    });
  });

  describe('where one came and went between two dumps', () => {
    it('names nobody of those that may have shared the port with it', () => {
      expect(close(2_000, APP)).toBe(true);
      expect(isClosed(2_000)).toBe(true);
      set.replace([listener(WEB)], 5_000);
      expect(isClosed(2_000)).toBe(false);
      expect(ownerAt(1_000)).toEqual(NOBODY);
      expect(ownerAt(4_000)).toEqual(NOBODY);
      expect(ownerAt(7_000)).toBe(WEB);
    });

    it('knows that it was not there before the dump that did not find it', () => {
      set.replace([listener(WEB)], 5_000);
      close(5_000 + LATE_MS, APP);
      expect(ownerAt(4_000)).toBe(WEB);
    });

    it('knows that it may have been when it is told of just after the dump', () => {
      set.replace([listener(WEB)], 5_000);
      close(5_000 + LATE_MS - 1, APP);
      expect(ownerAt(4_000)).toEqual(NOBODY);
    });

    it('finds no listener where there was no other', () => {
      set.close(listener(APP, { port: 90 }), 2_000);
      expect(ownerAt(2_000, 90)).toBeUndefined();
      expect(set.hasPort('tcp', 90)).toBe(true);
    });
  });

  describe('where others listen on the port of another address', () => {
    const HERE = '10.0.0.2';
    const THERE = '10.0.0.3';

    beforeEach(() => {
      set = new ListeningSet();
      set.replace([listener(WEB, { address: HERE }), listener(APP, { address: THERE })], 0);
    });

    it('knows the one that stays', () => {
      close(2_000, APP, { address: THERE });
      expect(isClosed(2_000, HERE)).toBe(false);
      expect(isClosed(2_000, THERE)).toBe(true);
      expect(ownerAt(2_000, 80, HERE)).toBe(WEB);
      set.replace([listener(WEB, { address: HERE }), listener(SIDE, { address: THERE })], 5_000);
      expect(ownerAt(3_000, 80, HERE)).toBe(WEB);
      expect(ownerAt(3_000, 80, THERE)).toEqual({ ...NOBODY, pid: SIDE.pid });
    });

    it('knows it as well beside one of all addresses that came and went', () => {
      close(2_000, SIDE);
      expect(ownerAt(2_000, 80, HERE)).toBe(WEB);
      expect(isClosed(2_000, HERE)).toBe(false);
    });

    it('does not forget one that came and went for the very many that did so elsewhere', () => {
      close(2_000, SIDE, { address: HERE });
      for (let cookie = 100; cookie < 200; cookie++) {
        close(2_000, APP, { address: THERE, cookie });
      }
      set.replace([listener(WEB, { address: HERE }), listener(APP, { address: THERE })], 5_000);
      expect(ownerAt(2_000, 80, HERE)).toEqual(NOBODY);
      expect(ownerAt(7_000, 80, HERE)).toBe(WEB);
    });

    it('doubts it when it has just come, and one of all addresses was there before', () => {
      set.replace([listener(SIDE)], 5_000);
      set.replace([listener(WEB, { address: HERE }), listener(SIDE)], 10_000);
      expect(ownerAt(9_000, 80, HERE)).toMatchObject(SOMEBODY_OF_WEB);
      expect(ownerAt(10_000 + LATE_MS, 80, HERE)).toBe(WEB);
    });
  });

  describe('where several share a port', () => {
    it.each([
      ['names the process of one name', [WEB, NEW_WEB], WEB],
      ['names the container of several processes', [WEB, SIDE], SOMEBODY_OF_WEB],
      ['names nobody of several containers', [WEB, APP], { ...NOBODY, pid: WEB.pid }],
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

  it('takes none of IPv6 alone for one of IPv4', () => {
    set.replace([listener(APP, { family: 'ipv6', address: '::', ipv6Only: true })], 1);
    expect(ownerAt(7_000)).toBeUndefined();
    expect(ownerAt(7_000, 80, 'fd00::1')).toBe(APP);
  });
});

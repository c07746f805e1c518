import { beforeEach, describe, expect, it } from 'vitest';
import type { ContainerId } from '../contract/ids.js';
import { ListeningSet, type Listener } from './listening-set.js';

const WEB = { containerId: '111111111111' as ContainerId, process: 'web', pid: 2 };

function listener(port: number): Listener {
  return {
    ...{ protocol: 'tcp', family: 'ipv4', address: '0.0.0.0', port, ipv6Only: false },
    ...{ inode: port, cgroupId: 0, owner: WEB },
  };
}

describe('ListeningSet', () => {
  let set: ListeningSet;
  const ownerAt = (port: number) => set.find('tcp', '10.0.0.2', port)?.owner;

  beforeEach(() => {
    set = new ListeningSet();
    set.replace([listener(80), listener(81)], 0);
  });

  it('knows whose a listener was that has been closed, for what it has accepted', () => {
    set.remember('tcp', 80, 0);
    expect(ownerAt(80)).toBe(WEB);
  });

  it('does not know who listens where one was closed when others have come since', () => {
    set.remember('tcp', 80, 0);
    set.doubt();
    expect(ownerAt(80)).toBeUndefined();
    expect(ownerAt(81)).toBe(WEB);
  });

  it('does not know it either when others came before it was closed', () => {
    set.doubt();
    expect(ownerAt(80)).toBe(WEB);
    set.remember('tcp', 80, 0);
    expect(ownerAt(80)).toBeUndefined();
  });

  it('still knows that connections to that port were accepted', () => {
    set.remember('tcp', 80, 0);
    set.doubt();
    expect(set.hasPort('tcp', 80)).toBe(true);
  });

  it('goes by the next dump', () => {
    set.remember('tcp', 80, 0);
    set.doubt();
    set.replace([listener(80)], 1);
    set.remember('tcp', 80, 1);
    expect(ownerAt(80)).toBe(WEB);
  });
});

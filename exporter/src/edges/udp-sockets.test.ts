import { beforeEach, describe, expect, it } from 'vitest';
import { UdpSockets } from './udp-sockets.js';

describe('UdpSockets', () => {
  let sockets: UdpSockets;

  function bind(localAddress: string, inode: number, localPort = 53): void {
    const family = localAddress.includes(':') ? 'ipv6' : 'ipv4';
    sockets.add({ family, localAddress, localPort, inode, cgroupId: 7 });
  }

  beforeEach(() => {
    sockets = new UdpSockets();
    bind('127.0.0.53', 1);
    bind('10.0.0.1', 2);
    bind('::', 3);
  });

  it.each([
    ['its address', '10.0.0.1', 2],
    ['another address of the host', '10.0.0.9', 3],
    ['IPv6', 'fd00::1', 3],
  ])('finds the socket that has a flow to %s', (_, address, inode) => {
    expect(sockets.find(address, 53)).toMatchObject({ inode });
  });

  it('prefers one of its family', () => {
    bind('0.0.0.0', 4);
    expect(sockets.find('10.0.0.9', 53)).toMatchObject({ inode: 4 });
  });

  it('says that it is nobody’s where several have the same', () => {
    bind('0.0.0.0', 4);
    bind('0.0.0.0', 5);
    expect(sockets.find('10.0.0.9', 53)).toEqual({ inode: 0, cgroupId: 0 });
  });

  it('takes the only one at a port, whatever its address', () => {
    bind('10.0.0.1', 6, 500);
    expect(sockets.find('10.0.0.9', 500)).toMatchObject({ inode: 6 });
    expect(sockets.find('10.0.0.9', 501)).toBeUndefined();
  });

  it('knows which ports and sockets there are', () => {
    expect([sockets.has(53), sockets.has(54)]).toEqual([true, false]);
    expect([...sockets.inodes()]).toEqual([1, 2, 3]);
  });
});

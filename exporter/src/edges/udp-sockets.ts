import { isUnspecified, type IpAddress } from '../kernel/ip-address.js';
import type { SocketRecord } from '../kernel/socket-record.js';

/** A socket that sends and receives without a peer of its own. */
export interface UnconnectedSocket {
  readonly inode: number;
  readonly cgroupId: number;
}

type BoundSocket = Pick<SocketRecord, 'family' | 'localAddress' | 'localPort' | 'inode' | 'cgroupId'>;

/** The UDP sockets of one network namespace that are not connected. */
export class UdpSockets {
  private readonly byPort = new Map<number, BoundSocket[]>();

  add({ family, localAddress, localPort, inode, cgroupId }: BoundSocket): void {
    const socket = { family, localAddress, localPort, inode, cgroupId };
    const others = this.byPort.get(localPort);
    if (others === undefined) {
      this.byPort.set(localPort, [socket]);
    } else {
      others.push(socket);
    }
  }

  has(port: number): boolean {
    return this.byPort.has(port);
  }

  /**
   * The socket that has that end of a flow: one of its exact address, else one of all addresses of its family, else one of
   * all. Of several nobody can tell which: that is nobody's.
   */
  find(address: IpAddress, port: number): UnconnectedSocket | undefined {
    const sockets = this.byPort.get(port) ?? [];
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    const exact = sockets.filter((socket) => socket.localAddress === address);
    const general = sockets.filter((socket) => isUnspecified(socket.localAddress));
    const own = general.filter((socket) => socket.family === family);
    const candidates = [exact, own, general, sockets].find((some) => some.length > 0) ?? [];
    return candidates.length > 1 ? NOBODYS : candidates[0];
  }

  *inodes(): IterableIterator<number> {
    for (const sockets of this.byPort.values()) {
      yield* sockets.map(({ inode }) => inode);
    }
  }
}

const NOBODYS: UnconnectedSocket = { inode: 0, cgroupId: 0 };

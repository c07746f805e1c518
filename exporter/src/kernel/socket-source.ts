import type { IpAddress } from './ip-address.js';
import type { SocketRecord } from './socket-record.js';

/** Records are moved from row to row and must not be kept. */
export type SocketVisitor = (record: SocketRecord) => void;

/** The sockets of the host's network namespaces, by the mechanism that this host allows. */
export interface SocketSource {
  readonly mode: 'netlink' | 'proc';
  /** Opens a namespace through a process that lives in it; false when that has ended. Opening twice does nothing. */
  open(namespace: number, pid: number): boolean;
  /** Lets go of a namespace, so that the kernel can delete it. */
  release(namespace: number): void;
  visitConnections(namespace: number, visit: SocketVisitor): void;
  visitListeners(namespace: number, visit: SocketVisitor): void;
  addresses(namespace: number): ReadonlySet<IpAddress>;
  /** Whether the end of every socket of the namespace is announced. */
  announcesEnds(namespace: number): boolean;
  close(): Promise<void>;
}

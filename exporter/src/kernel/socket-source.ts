import type { FlowTuple, TrackedFlow } from './conntrack.js';
import type { EventOrigin } from './destroy-events.js';
import type { IpAddress } from './ip-address.js';
import type { ConnectionIdentity } from './sock-diag.js';
import type { SocketProtocol, SocketRecord } from './socket-record.js';

/** Told about each socket. The record is moved from row to row and must not be kept. */
export interface SocketVisitors {
  listener(record: SocketRecord): void;
  connection(record: SocketRecord): void;
  /** Connected ones are ESTABLISHED, the others CLOSE. */
  udp(record: SocketRecord): void;
}

/** The sockets of the host's network namespaces, by the mechanism that this host allows. */
export interface SocketSource {
  readonly mode: 'netlink' | 'proc';
  /** Undefined where the kernel announces nothing. */
  readonly events: AnnouncedEnds | undefined;
  /**
   * Opens a namespace through a process that lives in it; false when that has ended. Called again with a process that
   * still lives, as the namespace may outlive the first.
   */
  open(namespace: number, pid: number): boolean;
  /** Lets go of a namespace, so that the kernel can delete it. */
  release(namespace: number): void;
  /** Visits every socket of the namespace once: listeners, then UDP, then connections. */
  visitSockets(namespace: number, visitors: SocketVisitors): void;
  /** Whether some process may still hold a connection of TCP that was there a moment ago. */
  mayBeHeld(namespace: number, identity: ConnectionIdentity): boolean;
  addresses(namespace: number): ReadonlySet<IpAddress>;
  /** The tracked connection with that tuple, as seen from the namespace; undefined where conntrack is not to be had. */
  findFlow(
    namespace: number,
    protocol: SocketProtocol,
    tuple: FlowTuple,
    direction: 'original' | 'reply',
  ): TrackedFlow | undefined;
  /** Visits the UDP flows that the namespace tracks: dear, milliseconds. */
  visitUdpFlows(namespace: number, visit: (flow: TrackedFlow) => void): void;
  /** How many flows of any protocol the namespace tracks; cheap to ask. */
  trackedFlows(namespace: number): number;
  /** Whether the end of every socket of the namespace is announced. */
  announcesEnds(namespace: number): boolean;
  close(): Promise<void>;
}

/** What the kernel has announced of destroyed sockets so far. */
export interface AnnouncedEnds {
  readonly received: number;
  /** Times at which the kernel dropped announcements. */
  readonly overruns: number;
  /** How often all that had been announced by then was passed on: what was there at a time is, two turns later. */
  readonly turns: number;
  /** The open namespace that an event came from; undefined while it is not open. */
  namespaceOf(origin: EventOrigin): number | undefined;
  /** The end is told of in another way too, through another socket or by `/proc`, and counts there. */
  isRepeated(origin: EventOrigin, record: SocketRecord): boolean;
}

import type { IpAddress } from '../kernel/ip-address.js';
import type { SocketProtocol } from '../kernel/socket-record.js';
import type { Endpoint } from './endpoint.js';
import type { SocketOwner } from './listening-set.js';
import type { TrackedNamespace } from './tracked-namespace.js';

/** What the tracker asks the outside; every answer may be undefined. */
export interface Surroundings {
  /** Who holds the socket now. */
  ownerOfInode(inode: number): SocketOwner | undefined;
  /** The owner, without a process, that a cgroup stands for. */
  ownerOfCgroup(cgroupId: number): SocketOwner | undefined;
  /** What network address translation has made of a client's connection. */
  actualDestination(namespace: TrackedNamespace, connection: ConnectionTuple): Translation | undefined;
  /** Where a connection that was accepted really came from, when its source was translated. */
  actualSource(namespace: TrackedNamespace, connection: ConnectionTuple): Endpoint | undefined;
  /** Where a userland proxy passes on what it accepts; undefined for any other process. */
  proxyTarget(owner: SocketOwner): Endpoint | undefined;
  /** Stands for the namespace of the container that the runtime has lately given the address. */
  strangerAt(address: IpAddress): TrackedNamespace | undefined;
  /** Whether somebody still lives in the namespace; not in a stranger's. */
  isInhabited(namespace: TrackedNamespace): boolean;
  /**
   * Whether others may have joined the container that lives there alone, whom no pass has seen yet; `isSettled` when
   * everybody is known who was made by the time that is asked about, and only those count that are started again.
   */
  mayBeJoined(namespace: TrackedNamespace, isSettled: boolean): boolean;
  /** Whether containers may have been joined of which nothing was told yet: until a question is answered, at least. */
  mayBeJoinedUnseen(): boolean;
  /** The name of a peer that is not on this host, as it was told in the namespace; empty where none is known. */
  nameOf(namespace: TrackedNamespace, address: IpAddress): string;
}

/** A client's connection as its server sees it. */
export interface Translation {
  /** The server: where the connection was sent to. */
  readonly server: Endpoint;
  /** The client: from where it came. */
  readonly client: Endpoint;
}

export interface ConnectionTuple {
  readonly protocol: SocketProtocol;
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly peerAddress: IpAddress;
  readonly peerPort: number;
}

export interface ConnectionEnd extends ConnectionTuple {
  /** The handshake was completed: over TCP, both ends have or had a socket. */
  readonly established: boolean;
  /** Milliseconds: when it was first seen, or its end was told. */
  readonly heardAt: number;
}

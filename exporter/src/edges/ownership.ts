import { NO_CONTAINER } from '../contract/ids.js';
import { isNobody, type Listener, type SocketOwner } from './listening-set.js';
import type { HeldSocket } from './other-ends.js';
import type { Surroundings } from './surroundings.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import type { TrackedSocket } from './tracked-socket.js';

/** Says whose a socket is. */
export class Ownership {
  constructor(
    private readonly surroundings: Pick<
      Surroundings,
      'ownerOfInode' | 'ownerOfCgroup' | 'mayBeJoined' | 'mayBeJoinedUnseen'
    >,
  ) {}

  /**
   * The order of attribution: who holds it, which cgroup made it, who listens there, who lives there. The cgroup knows no
   * process: who listens there may be of the same container. Of a client that nobody was seen to hold no process is said,
   * nor, in a shared namespace, a container: that one has dialled the same before does not tell that it was the same.
   * Doubtful is what may be another's in a shared namespace.
   */
  find(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    listener: Listener | undefined,
  ): { owner: SocketOwner; isDoubtful: boolean } {
    this.noteHolder(socket);
    const seen = socket.owner ?? this.ofCgroup(socket.cgroupId);
    if (socket.owner !== undefined) {
      return { owner: socket.owner, isDoubtful: false };
    }
    const listens = socket.role === 'server' ? listener?.owner : undefined;
    const listening = listens === undefined || isNobody(listens) ? undefined : listens;
    if (seen !== undefined) {
      return { owner: listening?.containerId === seen.containerId ? listening : seen, isDoubtful: false };
    }
    const containerId = namespace.presumedAcceptor(listens);
    // Programs of several names hold the listener.
    const isOfSeveral = listens !== undefined && listens.pid !== 0 && listens.process === '';
    return {
      owner: listening ?? { containerId, process: '', pid: 0 },
      isDoubtful: isOfSeveral || (listening === undefined && containerId !== namespace.soleOccupant),
    };
  }

  /**
   * Who dialled from a namespace: who holds the client's socket, as far as that is known, else who lives there; the
   * client's own row says the same.
   */
  clientOf(
    namespace: TrackedNamespace,
    client: HeldSocket | undefined,
  ): Omit<SocketOwner, 'pid'> | undefined {
    const holder = client && this.holderOf(client);
    if (holder !== undefined) {
      return holder;
    }
    const { soleOccupant, presumedOwner } = namespace;
    const isNobodys = soleOccupant === undefined && presumedOwner === NO_CONTAINER;
    return isNobodys ? undefined : { containerId: presumedOwner, process: '' };
  }

  /** Whether what ends there before a pass can be another's than the one's that all of it seems to belong to. */
  mayBeOfOthers(namespace: TrackedNamespace, isSettled: boolean): boolean {
    return this.surroundings.mayBeJoined(namespace, isSettled);
  }

  /** Whether it is only presumed that a container is alone there: others may have joined of whom nothing was told yet. */
  isPresumed({ soleOccupant }: TrackedNamespace): boolean {
    return (
      soleOccupant !== undefined && soleOccupant !== NO_CONTAINER && this.surroundings.mayBeJoinedUnseen()
    );
  }

  /** Whether that socket may be another's: nobody knows whose it is. */
  isUnclaimed(namespace: TrackedNamespace, socket: HeldSocket): boolean {
    return this.holderOf(socket) === undefined && this.mayBeOfOthers(namespace, false);
  }

  /** Keeps who holds a socket that may be closed by the time it is attributed. */
  noteHolder(socket: TrackedSocket): void {
    socket.owner ??= socket.inode === 0 ? undefined : this.surroundings.ownerOfInode(socket.inode);
  }

  /** The container that made a socket, as far as its cgroup tells. */
  ofCgroup(cgroupId: number): SocketOwner | undefined {
    return cgroupId === 0 ? undefined : this.surroundings.ownerOfCgroup(cgroupId);
  }

  /** Who holds a socket that may not have been attributed yet. */
  holderOf({ owner, inode, cgroupId }: HeldSocket): SocketOwner | undefined {
    const holder = inode === 0 ? undefined : this.surroundings.ownerOfInode(inode);
    return owner ?? holder ?? this.ofCgroup(cgroupId);
  }
}

import { NO_CONTAINER } from '../contract/ids.js';
import type { Listener, SocketOwner } from './listening-set.js';
import type { HeldSocket } from './other-ends.js';
import type { ConnectionTuple, Surroundings } from './surroundings.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import type { TrackedSocket } from './tracked-socket.js';

/** Says whose a socket is. */
export class Ownership {
  constructor(
    private readonly surroundings: Pick<Surroundings, 'ownerOfInode' | 'ownerOfCgroup' | 'mayBeJoined'>,
  ) {}

  /**
   * The order of attribution: who holds it, which cgroup made it, who listens there, who lives there. The cgroup knows no
   * process: who listens there, or has dialled the same before, may be of the same container. Doubtful is what may be
   * another's in a shared namespace.
   */
  find(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    listener: Listener | undefined,
  ): { owner: SocketOwner; isDoubtful: boolean } {
    this.noteHolder(socket);
    const seen = socket.owner ?? this.ofCgroup(socket.cgroupId);
    if (seen !== undefined) {
      noteDialled(namespace, socket, seen);
    }
    if (socket.owner !== undefined) {
      return { owner: socket.owner, isDoubtful: false };
    }
    const likely = socket.role === 'server' ? listener?.owner : dialledBefore(namespace, socket);
    if (seen !== undefined) {
      return { owner: likely?.containerId === seen.containerId ? likely : seen, isDoubtful: false };
    }
    return {
      owner: likely ?? { containerId: namespace.presumedOwner, process: '', pid: 0 },
      isDoubtful: namespace.soleOccupant === undefined && (socket.role === 'client' || likely === undefined),
    };
  }

  /** Whether what ends there before a pass can be another's than the one's that all of it seems to belong to. */
  mayBeOfOthers(namespace: TrackedNamespace): boolean {
    return this.surroundings.mayBeJoined(namespace);
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

/** Whether the next passes may tell which of the containers in the namespace it was that dialled. */
export function isOrphan(
  { soleOccupant, occupants, dialledBy }: TrackedNamespace,
  connection: ConnectionTuple,
): boolean {
  return (
    soleOccupant === undefined &&
    !occupants.has(NO_CONTAINER) &&
    !dialledBy.has(keyOfDialled(connection)) &&
    dialledBy.size < MOST_DIALLED
  );
}

const MOST_DIALLED = 1_000;
/** In the place of a name, which has no NUL in it. */
const SEVERAL = '\0';

/** Who has been seen to dial the same, and still may. */
function dialledBefore(
  { dialledBy, occupants }: TrackedNamespace,
  socket: TrackedSocket,
): SocketOwner | undefined {
  const dialled = dialledBy.get(keyOfDialled(socket));
  // Outside containers too many processes come and go for one that was seen to stand for the others.
  if (dialled === undefined || !occupants.has(dialled.containerId) || occupants.has(NO_CONTAINER)) {
    return undefined;
  }
  return dialled.process === SEVERAL ? { ...dialled, process: '' } : dialled;
}

function noteDialled(
  { dialledBy, occupants }: TrackedNamespace,
  socket: TrackedSocket,
  by: SocketOwner,
): void {
  if (socket.role !== 'client') {
    return;
  }
  const key = keyOfDialled(socket);
  if (!dialledBy.has(key)) {
    if (dialledBy.size < MOST_DIALLED) {
      dialledBy.set(key, by);
    }
    return;
  }
  const earlier = dialledBy.get(key);
  if (earlier?.containerId !== by.containerId) {
    // A pod's container that was started anew is another one.
    const isSucceeded = earlier !== undefined && !occupants.has(earlier.containerId);
    dialledBy.set(key, isSucceeded ? by : undefined);
  } else if (earlier.process === '') {
    dialledBy.set(key, by);
  } else if (by.process !== '' && by.process !== earlier.process) {
    dialledBy.set(key, { ...by, process: SEVERAL });
  }
}

function keyOfDialled({ protocol, peerAddress, peerPort }: ConnectionTuple): string {
  return `${protocol} ${peerAddress} ${peerPort}`;
}

import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { SocketProtocol } from '../kernel/socket-record.js';
import { peerOf, type Endpoint } from './endpoint.js';
import type { Listener, SocketOwner } from './listening-set.js';
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
   * process: who listens there may be of the same container. Of a client that nobody was seen to hold no process is said:
   * that one has dialled the same before does not tell that it was the same. Doubtful is what may be another's in a shared
   * namespace.
   */
  find(
    namespace: TrackedNamespace,
    socket: TrackedSocket,
    listener: Listener | undefined,
  ): { owner: SocketOwner; isDoubtful: boolean } {
    this.noteHolder(socket);
    const seen = socket.owner ?? this.ofCgroup(socket.cgroupId);
    if (seen !== undefined) {
      noteDialled(namespace, socket, seen.containerId);
    }
    if (socket.owner !== undefined) {
      return { owner: socket.owner, isDoubtful: false };
    }
    const listening = socket.role === 'server' ? listener?.owner : undefined;
    if (seen !== undefined) {
      return { owner: listening?.containerId === seen.containerId ? listening : seen, isDoubtful: false };
    }
    const dialled = socket.role === 'server' ? undefined : dialledBefore(namespace, socket);
    return {
      owner: listening ?? { containerId: dialled ?? namespace.presumedOwner, process: '', pid: 0 },
      isDoubtful: namespace.soleOccupant === undefined && listening === undefined,
    };
  }

  /**
   * Who dialled `server` from a namespace: who holds the client's socket, as far as that is known, else who has dialled
   * the same before, else who lives there; the client's own row says the same.
   */
  clientOf(
    namespace: TrackedNamespace,
    client: HeldSocket | undefined,
    protocol: SocketProtocol,
    server: Endpoint,
  ): Omit<SocketOwner, 'pid'> | undefined {
    const holder = client && this.holderOf(client);
    if (holder !== undefined) {
      return holder;
    }
    // A socket of which nobody knows whose it is may have dialled something else.
    const reached = client === undefined ? whoReached(namespace, protocol, server) : undefined;
    const { soleOccupant, presumedOwner } = namespace;
    const isNobodys = reached === undefined && soleOccupant === undefined && presumedOwner === NO_CONTAINER;
    return isNobodys ? undefined : { containerId: reached ?? presumedOwner, process: '' };
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

/**
 * Whether the next passes may tell which of the containers in the namespace it was that dialled there; `reached` when
 * that is known from the server only.
 */
export function isOrphan(
  { soleOccupant, occupants, dialledBy }: TrackedNamespace,
  protocol: SocketProtocol,
  server: Endpoint,
  known: 'dialled' | 'reached',
): boolean {
  return (
    soleOccupant === undefined &&
    !occupants.has(NO_CONTAINER) &&
    !dialledBy.has(keyOfDialled(protocol, server)) &&
    !(known === 'reached' && dialledBy.has(keyOfLed(protocol, server))) &&
    dialledBy.size < MOST_DIALLED
  );
}

const MOST_DIALLED = 1_000;

/** Which container has been seen to dial the same, and still may. */
function dialledBefore(namespace: TrackedNamespace, socket: TrackedSocket): ContainerId | undefined {
  return stillThere(namespace, namespace.dialledBy.get(keyOfDialled(socket.protocol, peerOf(socket))));
}

/** Which has been seen to dial that server, or what led there. */
function whoReached(
  namespace: TrackedNamespace,
  protocol: SocketProtocol,
  server: Endpoint,
): ContainerId | undefined {
  const { dialledBy } = namespace;
  const dialled = keyOfDialled(protocol, server);
  const led = keyOfLed(protocol, server);
  const [one, other] = [dialledBy.get(dialled), dialledBy.get(led)];
  const areTwo = dialledBy.has(dialled) && dialledBy.has(led) && one !== other;
  return areTwo ? undefined : stillThere(namespace, one ?? other);
}

function stillThere(
  { occupants }: TrackedNamespace,
  dialled: ContainerId | undefined,
): ContainerId | undefined {
  // Outside containers too many processes come and go for one that was seen to stand for the others.
  const isThere = dialled !== undefined && occupants.has(dialled) && !occupants.has(NO_CONTAINER);
  return isThere ? dialled : undefined;
}

function noteDialled(namespace: TrackedNamespace, socket: TrackedSocket, by: ContainerId): void {
  const { role, protocol, actual } = socket;
  if (role === 'client') {
    note(namespace, keyOfDialled(protocol, peerOf(socket)), by);
    if (actual !== undefined) {
      note(namespace, keyOfLed(protocol, actual), by);
    }
  }
}

function note({ dialledBy, occupants }: TrackedNamespace, key: string, by: ContainerId): void {
  if (!dialledBy.has(key)) {
    if (dialledBy.size < MOST_DIALLED) {
      dialledBy.set(key, by);
    }
    return;
  }
  const earlier = dialledBy.get(key);
  // A pod's container that was started anew is another one.
  const isSucceeded = earlier !== undefined && !occupants.has(earlier);
  dialledBy.set(key, earlier === by || isSucceeded ? by : undefined);
}

function keyOfDialled(protocol: SocketProtocol, { address, port }: Endpoint): string {
  return `${protocol} ${address} ${port}`;
}

/** Where address translation has led what was dialled. */
function keyOfLed(protocol: SocketProtocol, server: Endpoint): string {
  return `> ${keyOfDialled(protocol, server)}`;
}

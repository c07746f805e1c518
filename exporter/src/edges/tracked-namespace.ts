import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { IpAddress } from '../kernel/ip-address.js';
import { BriefEdges } from './brief-edges.js';
import { isContested, ListeningSet, type SocketOwner } from './listening-set.js';
import { SeenSockets } from './seen-sockets.js';
import type { TrackedSocket } from './tracked-socket.js';
import { UdpSockets } from './udp-sockets.js';

/** One network namespace: who lives in it, where it listens, what is open in it. */
export class TrackedNamespace {
  readonly listening = new ListeningSet();
  readonly sockets = new Map<number, TrackedSocket>();
  udpSockets = new UdpSockets();
  /** Closed because a pass no longer found them; their destroy events may still come. */
  readonly departed = new Map<number, TrackedSocket>();
  /** Until the next pass. */
  readonly briefEdges = new BriefEdges();
  /** What passes have seen of `sockets`. */
  readonly seen = new SeenSockets();
  private current: ReadonlySet<IpAddress> = new Set();
  private readonly everHad = new Set<IpAddress>();
  /** Whoever may open sockets in it; NO_CONTAINER stands for what runs outside containers. */
  occupants: ReadonlySet<ContainerId> = new Set([NO_CONTAINER]);
  /** The container of a pod that holds the namespace for the others, and opens no sockets. */
  sandbox: ContainerId | undefined;
  /** Every socket in it is seen, or announced when it ends: a connection that left no trace here did not lead here. */
  isWatched = false;
  /** The sockets that the next whole pass finds are the exporter's inheritance, not news. */
  inheriting: boolean;

  constructor(
    readonly inode: number,
    inheriting: boolean,
  ) {
    this.inheriting = inheriting;
  }

  get addresses(): ReadonlySet<IpAddress> {
    return this.current;
  }

  set addresses(addresses: ReadonlySet<IpAddress>) {
    if (addresses !== this.current) {
      this.current = addresses;
      if (this.everHad.size > addresses.size + MOST_FORMER) {
        this.everHad.clear();
      }
      addresses.forEach((address) => this.everHad.add(address));
    }
  }

  /** They are taken away when its last process ends, sooner than all of its connections are told of. */
  hadAddress(address: IpAddress): boolean {
    return this.everHad.has(address);
  }

  /** The one container (or NO_CONTAINER) that everything in here belongs to; undefined when several share it. */
  get soleOccupant(): ContainerId | undefined {
    if (this.occupants.size !== 1) {
      return undefined;
    }
    const [only] = this.occupants;
    return only;
  }

  /** To whom that belongs of which nobody knows more: all of it is one's, or a pod's; else NO_CONTAINER. */
  get presumedOwner(): ContainerId {
    // In the host's namespace a sandbox holds nothing: it is that of a pod on the host's network.
    const shared = this.occupants.has(NO_CONTAINER) ? undefined : this.sandbox;
    return this.soleOccupant ?? shared ?? NO_CONTAINER;
  }

  /** To whom what arrived at a listener belongs, where nothing else says it: programs of elsewhere may hold that, too. */
  presumedAcceptor(listening: SocketOwner | undefined): ContainerId {
    const isElsewhere = listening !== undefined && isContested(listening) && this.soleOccupant !== undefined;
    return isElsewhere ? NO_CONTAINER : this.presumedOwner;
  }

  depart(cookie: number, socket: TrackedSocket): void {
    this.sockets.delete(cookie);
    this.departed.set(cookie, socket);
    if (this.departed.size > MOST_DEPARTED) {
      const [oldest] = this.departed.keys();
      if (oldest !== undefined) {
        this.departed.delete(oldest);
      }
    }
  }
}

const MOST_DEPARTED = 20_000;

/** Of addresses that come and go, such as those of services, the former ones are of no use for long. */
const MOST_FORMER = 10_000;

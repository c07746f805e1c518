import type { ContainerId } from '../contract/ids.js';
import type { ConnectionTracker } from '../edges/connection-tracker.js';
import { networkNamespaceOf } from '../kernel/netns.js';
import { readOccupant } from '../kernel/procfs.js';
import type { SocketSource } from '../kernel/socket-source.js';
import { hasOwnNetwork, type Container } from '../runtimes/container.js';
import type { Inhabitants } from './inhabitants.js';
import type { NamespaceCensus } from './namespace-census.js';

export interface NewcomersOptions {
  readonly source: Pick<SocketSource, 'addresses' | 'announcesEnds'>;
  readonly tracker: Pick<ConnectionTracker, 'rebuildAddresses' | 'forgetBriefEdges'>;
  readonly inhabitants: Pick<Inhabitants, 'meet'>;
  readonly containerOf: (cgroup: string) => ContainerId | undefined;
  readonly procRoot: string;
}

/** What is asked of a container that has just started. */
export type StartedContainer = Pick<Container, 'id' | 'pid' | 'networkMode'>;

/**
 * Opens the network namespace of a container as soon as its runtime says that it has started: it may have ended before the
 * next pass, and what it did is told then, by the number of a namespace that nobody can look for any more.
 */
export class Newcomers {
  constructor(
    private readonly options: NewcomersOptions,
    private readonly census: Pick<NamespaceCensus, 'welcome'>,
  ) {}

  /** Takes a fraction of a millisecond, of which most is opening sockets that the next pass would have opened. */
  welcome(container: StartedContainer): void {
    const { id, pid } = container;
    const { source, tracker, inhabitants, containerOf, procRoot } = this.options;
    const inode = networkNamespaceOf(procRoot, pid);
    const occupant = readOccupant(procRoot, pid);
    // An engine in a pid namespace of its own numbers its processes otherwise.
    if (inode === undefined || occupant === undefined || containerOf(occupant.cgroup) !== id) {
      return;
    }
    // What was seen in a namespace of its own before it began has made that ready, and is gone.
    const namespace = this.census.welcome(inode, { ...occupant, pid }, hasOwnNetwork(container));
    if (namespace === undefined) {
      return;
    }
    inhabitants.meet(inode, pid);
    namespace.isWatched = source.announcesEnds(inode);
    namespace.addresses = source.addresses(inode);
    tracker.rebuildAddresses();
    tracker.forgetBriefEdges();
  }
}

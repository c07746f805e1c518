import { DestroyEvents, type EventOrigin } from './destroy-events.js';
import { interfaceAddresses } from './interface-addresses.js';
import { isRefused, type Libc } from './libc.js';
import { NETLINK_ROUTE, NETLINK_SOCK_DIAG, NetlinkSocket } from './netlink.js';
import { NamespaceDoor, ownNamespaceInode } from './netns.js';
import { dumpConnections, dumpListeners } from './sock-diag.js';
import type { SocketRecord } from './socket-record.js';
import type { SocketSource, SocketVisitor } from './socket-source.js';

export interface NetlinkSourceOptions {
  readonly libc: Libc;
  readonly procRoot: string;
  /** `origin` is for `namespaceOf`, now or later. The record must not be kept. */
  readonly onDestroyed: (record: SocketRecord, origin: EventOrigin) => void;
  readonly onBatch: (overruns: number) => void;
  readonly onError: (error: Error) => void;
  /** Something is missing, and what that costs; said once each. */
  readonly onDegraded: (capability: string, consequence: string) => void;
  readonly receiveBufferBytes?: number;
}

interface OpenNamespace {
  readonly sockets: NetlinkSocket;
  readonly route: NetlinkSocket;
  /** As the exporter's own namespace numbers it. */
  readonly nsid: number | undefined;
  /** The namespace's own event source, where its events do not come through the common one. */
  readonly source: number | undefined;
}

/** Dumps and destroy events through `NETLINK_SOCK_DIAG`, in as many namespaces as the rights allow. */
export class NetlinkSource implements SocketSource {
  readonly mode = 'netlink';
  private readonly namespaces = new Map<number, OpenNamespace>();
  private readonly namespaceOfNsid = new Map<number, number>();
  private readonly namespaceOfSource = new Map<number, number>();
  private readonly door: NamespaceDoor;
  private readonly home: number;
  private readonly events: DestroyEvents;
  /** Hears all namespaces that have an id; undefined without CAP_NET_BROADCAST. */
  private readonly commonSource: number | undefined;

  /** @throws SystemCallError where netlink is not to be had at all */
  constructor(private readonly options: NetlinkSourceOptions) {
    this.home = ownNamespaceInode(options.procRoot);
    this.door = NamespaceDoor.open(options.libc, options.procRoot);
    this.events = DestroyEvents.start({
      libc: options.libc,
      onDestroyed: options.onDestroyed,
      onBatch: options.onBatch,
      onError: options.onError,
      ...(options.receiveBufferBytes === undefined ? {} : { receiveBufferBytes: options.receiveBufferBytes }),
    });
    this.commonSource = this.openCommonSource();
    this.add(this.home, undefined);
  }

  get eventCount(): number {
    return this.events.count;
  }

  get overruns(): number {
    return this.events.overruns;
  }

  /** The open namespace that an event came from; undefined while it is not open. */
  namespaceOf({ source, nsid }: EventOrigin): number | undefined {
    if (nsid !== undefined) {
      return this.namespaceOfNsid.get(nsid);
    }
    return source === this.commonSource ? this.home : this.namespaceOfSource.get(source);
  }

  open(namespace: number, pid: number): boolean {
    if (this.namespaces.has(namespace)) {
      return true;
    }
    const opened = this.door.enter(pid, namespace, (nsid) => {
      this.add(namespace, nsid);
      return true;
    });
    return opened ?? false;
  }

  release(namespace: number): void {
    const open = this.namespaces.get(namespace);
    if (open === undefined) {
      return;
    }
    open.sockets.close();
    open.route.close();
    if (open.source !== undefined) {
      this.events.removeSource(open.source);
      this.namespaceOfSource.delete(open.source);
    }
    if (open.nsid !== undefined) {
      this.namespaceOfNsid.delete(open.nsid);
    }
    this.namespaces.delete(namespace);
  }

  visitConnections(namespace: number, visit: SocketVisitor): void {
    dumpConnections(this.opened(namespace).sockets, visit);
  }

  visitListeners(namespace: number, visit: SocketVisitor): void {
    dumpListeners(this.opened(namespace).sockets, visit);
  }

  addresses(namespace: number): ReadonlySet<string> {
    return interfaceAddresses(this.opened(namespace).route);
  }

  announcesEnds(): boolean {
    return true;
  }

  async close(): Promise<void> {
    await this.events.close();
    for (const namespace of [...this.namespaces.keys()]) {
      this.release(namespace);
    }
    this.door.close();
  }

  private opened(namespace: number): OpenNamespace {
    const open = this.namespaces.get(namespace);
    if (open === undefined) {
      throw new Error(`network namespace ${namespace} is not open`);
    }
    return open;
  }

  private openCommonSource(): number | undefined {
    try {
      return this.events.addSource(true);
    } catch (error) {
      if (!isRefused(error)) {
        throw error;
      }
      this.options.onDegraded('CAP_NET_BROADCAST', 'each network namespace needs an event socket of its own');
      return undefined;
    }
  }

  /** Opens what is needed in the namespace that the thread is in now. */
  private add(namespace: number, nsid: number | undefined): void {
    const { libc } = this.options;
    const sockets = NetlinkSocket.open(libc, NETLINK_SOCK_DIAG, 'list sockets');
    const route = NetlinkSocket.open(libc, NETLINK_ROUTE, 'list interface addresses');
    // The common source hears its own namespace and all that have an id.
    const heard = this.commonSource !== undefined && (namespace === this.home || nsid !== undefined);
    const source = heard ? undefined : this.events.addSource(false);
    this.namespaces.set(namespace, { sockets, route, nsid, source });
    if (source !== undefined) {
      this.namespaceOfSource.set(source, namespace);
    } else if (nsid !== undefined) {
      this.namespaceOfNsid.set(nsid, namespace);
    }
  }
}

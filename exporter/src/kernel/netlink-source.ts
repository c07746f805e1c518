import { hasCapability } from './capabilities.js';
import {
  countFlows,
  dumpUdpFlows,
  findFlow,
  isTranslated,
  type FlowTuple,
  type TrackedFlow,
} from './conntrack.js';
import { DestroyEvents, type EventOrigin } from './destroy-events.js';
import type { IpAddress } from './ip-address.js';
import { isRefused, type Libc } from './libc.js';
import { NamespaceIds } from './namespace-ids.js';
import { NamespaceSockets } from './namespace-sockets.js';
import { NETLINK_NETFILTER, NetlinkSocket } from './netlink.js';
import { NamespaceDoor, ownNamespaceInode, type HeldNamespace } from './netns.js';
import { ProcSource } from './proc-source.js';
import type { ConnectionIdentity } from './sock-diag.js';
import type { SocketProtocol, SocketRecord } from './socket-record.js';
import type { AnnouncedEnds, SocketSource, SocketVisitors } from './socket-source.js';
import { ToldEnds } from './told-ends.js';

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
  readonly sockets: NamespaceSockets;
  readonly conntrack: NetlinkSocket;
  /** As the exporter's own namespace numbers it; undefined where it did not when it was opened. */
  readonly nsid: number | undefined;
  /** How often that number had been given when the namespace was opened, since when it has kept it. */
  readonly timesGiven: number;
  /** The namespace's own event source, where its events do not come through the common one. */
  readonly source: number | undefined;
}

/** Dumps and destroy events through `NETLINK_SOCK_DIAG`, in as many namespaces as the rights allow. */
export class NetlinkSource implements SocketSource, AnnouncedEnds {
  readonly mode = 'netlink';
  private readonly namespaces = new Map<number, OpenNamespace>();
  private readonly namespaceOfNsid = new Map<number, number>();
  /** Namespaces that had no id when they were opened, and have none yet. */
  private readonly unnumbered = new Map<number, HeldNamespace>();
  /** How often an id had been given when such a namespace got it, which the common source hears since, too. */
  private readonly repeated = new Map<number, number>();
  private readonly namespaceOfSource = new Map<number, number>();
  private readonly told = new ToldEnds();
  private readonly proc: ProcSource;
  private readonly degraded = new Set<string>();
  /** Other namespaces cannot be entered: what `/proc` shows of their sockets is what counts. */
  private isConfined = false;
  private readonly door: NamespaceDoor;
  private readonly home: number;
  private readonly ids: NamespaceIds;
  private readonly destroyEvents: DestroyEvents;
  /** Hears all namespaces that have an id; undefined without CAP_NET_BROADCAST. */
  private readonly commonSource: number | undefined;

  /** @throws SystemCallError where netlink is not to be had at all */
  constructor(private readonly options: NetlinkSourceOptions) {
    this.home = ownNamespaceInode(options.procRoot);
    this.proc = new ProcSource(options.procRoot);
    this.door = NamespaceDoor.open(options.libc, options.procRoot);
    this.ids = NamespaceIds.open(options.libc, () => this.noteRepetitions());
    this.destroyEvents = DestroyEvents.start({
      libc: options.libc,
      ids: this.ids,
      onDestroyed: (record, origin) => {
        this.noteEnd(record, origin);
        options.onDestroyed(record, origin);
      },
      onBatch: (overruns) => {
        if (overruns > 0) {
          this.namespaces.forEach(({ sockets }) => sockets.noteEnd());
        }
        options.onBatch(overruns);
      },
      onError: options.onError,
      ...(options.receiveBufferBytes === undefined ? {} : { receiveBufferBytes: options.receiveBufferBytes }),
    });
    this.commonSource = this.openCommonSource();
    this.add(this.home, 'self', undefined);
    if (!hasCapability(options.procRoot, 'CAP_NET_ADMIN')) {
      this.degrade(
        'CAP_NET_ADMIN',
        'translated addresses and unconnected UDP stay unknown, and a burst of short connections may overflow the event buffer',
      );
    }
    if (!hasCapability(options.procRoot, 'CAP_SYS_ADMIN')) {
      this.degradeToOwnNamespace();
    }
  }

  get events(): AnnouncedEnds {
    return this;
  }

  get received(): number {
    return this.destroyEvents.count;
  }

  get overruns(): number {
    return this.destroyEvents.overruns;
  }

  get turns(): number {
    return this.destroyEvents.turns;
  }

  namespaceOf({ source, nsid, timesGiven }: EventOrigin): number | undefined {
    if (nsid !== undefined) {
      const namespace = this.namespaceOfNsid.get(nsid);
      const isSame = namespace !== undefined && this.namespaces.get(namespace)?.timesGiven === timesGiven;
      return isSame ? namespace : undefined;
    }
    return source === this.commonSource ? this.home : this.namespaceOfSource.get(source);
  }

  isRepeated(origin: EventOrigin, record: SocketRecord): boolean {
    const { nsid, timesGiven } = origin;
    return (
      nsid !== undefined &&
      (this.isConfined ||
        this.repeated.get(nsid) === timesGiven ||
        (this.namespaceOf(origin) === undefined && this.told.has(record)))
    );
  }

  open(namespace: number, pid: number): boolean {
    if (this.namespaces.has(namespace)) {
      return true;
    }
    try {
      const opened = this.door.enter(pid, namespace, (nsid) => {
        this.add(namespace, pid, nsid);
        return true;
      });
      return opened ?? false;
    } catch (error) {
      if (!isRefused(error)) {
        throw error;
      }
      this.degradeToOwnNamespace();
      return this.proc.open(namespace, pid);
    }
  }

  release(namespace: number): void {
    this.proc.release(namespace);
    const open = this.namespaces.get(namespace);
    if (open === undefined) {
      return;
    }
    open.sockets.close();
    open.conntrack.close();
    if (open.source !== undefined) {
      this.destroyEvents.removeSource(open.source);
      this.namespaceOfSource.delete(open.source);
    }
    if (open.nsid !== undefined) {
      this.namespaceOfNsid.delete(open.nsid);
    }
    this.unnumbered.get(namespace)?.close();
    this.unnumbered.delete(namespace);
    this.namespaces.delete(namespace);
  }

  visitSockets(namespace: number, visitors: SocketVisitors): void {
    const open = this.namespaces.get(namespace);
    if (open === undefined) {
      this.proc.visitSockets(namespace, visitors);
      return;
    }
    open.sockets.visit(visitors);
  }

  mayBeHeld(namespace: number, identity: ConnectionIdentity): boolean {
    return this.namespaces.get(namespace)?.sockets.mayBeHeld(identity) ?? this.proc.mayBeHeld();
  }

  addresses(namespace: number): ReadonlySet<IpAddress> {
    const open = this.namespaces.get(namespace);
    return open === undefined ? this.proc.addresses(namespace) : open.sockets.addresses();
  }

  findFlow(
    namespace: number,
    protocol: SocketProtocol,
    tuple: FlowTuple,
    direction: 'original' | 'reply',
  ): TrackedFlow | undefined {
    // A connection is translated where it starts or where it is routed, which is the host's own namespace.
    let found: TrackedFlow | undefined;
    for (const inode of namespace === this.home ? [namespace] : [namespace, this.home]) {
      const open = this.namespaces.get(inode);
      const flow = open && findFlow(open.conntrack, protocol, tuple, direction);
      if (flow !== undefined && isTranslated(flow)) {
        return flow;
      }
      found ??= flow;
    }
    return found;
  }

  visitUdpFlows(namespace: number, visit: (flow: TrackedFlow) => void): void {
    const open = this.namespaces.get(namespace);
    if (open !== undefined) {
      dumpUdpFlows(open.conntrack, visit);
    }
  }

  trackedFlows(namespace: number): number {
    const open = this.namespaces.get(namespace);
    return open === undefined ? 0 : countFlows(open.conntrack);
  }

  announcesEnds(namespace: number): boolean {
    return this.namespaces.has(namespace);
  }

  async close(): Promise<void> {
    await this.destroyEvents.close();
    this.ids.close();
    for (const namespace of [...this.namespaces.keys()]) {
      this.release(namespace);
    }
    this.door.close();
  }

  /**
   * A namespace that had no id when it was opened may have got one, as a container's does that is being made: the common
   * source hears it then as well.
   */
  private noteRepetitions(): void {
    for (const [namespace, held] of this.unnumbered) {
      const nsid = held.nsid();
      if (nsid !== undefined) {
        this.unnumbered.delete(namespace);
        held.close();
        // That it was given has been announced by now.
        this.ids.update();
        this.repeated.set(nsid, this.ids.timesGiven(nsid));
      }
    }
  }

  private degradeToOwnNamespace(): void {
    this.isConfined = true;
    this.degrade(
      'CAP_SYS_ADMIN',
      'other network namespaces are read from /proc, without bytes and short connections',
    );
  }

  private degrade(capability: string, consequence: string): void {
    if (!this.degraded.has(capability)) {
      this.degraded.add(capability);
      this.options.onDegraded(capability, consequence);
    }
  }

  private noteEnd(record: SocketRecord, origin: EventOrigin): void {
    if (this.commonSource !== undefined && origin.source !== this.commonSource) {
      this.told.note(record);
    }
    const namespace = record.protocol === 'tcp' ? this.namespaceOf(origin) : undefined;
    if (namespace !== undefined) {
      this.namespaces.get(namespace)?.sockets.noteEnd();
    }
  }

  private openCommonSource(): number | undefined {
    try {
      return this.destroyEvents.addSource(true);
    } catch (error) {
      if (!isRefused(error)) {
        throw error;
      }
      this.degrade('CAP_NET_BROADCAST', 'each network namespace needs an event socket of its own');
      return undefined;
    }
  }

  /** Opens what is needed in the namespace that the thread is in now. */
  private add(namespace: number, pid: number | 'self', nsid: number | undefined): void {
    const { libc, procRoot } = this.options;
    const sockets = NamespaceSockets.open(libc, `${procRoot}/${pid}/net`);
    const conntrack = NetlinkSocket.open(libc, NETLINK_NETFILTER, 'find tracked connections');
    // The common source hears its own namespace and all that have an id.
    const heard = this.commonSource !== undefined && (namespace === this.home || nsid !== undefined);
    const source = heard ? undefined : this.destroyEvents.addSource(false);
    this.ids.update();
    const timesGiven = nsid === undefined ? 0 : this.ids.timesGiven(nsid);
    this.namespaces.set(namespace, { sockets, conntrack, nsid, timesGiven, source });
    if (source !== undefined) {
      this.namespaceOfSource.set(source, namespace);
      this.holdUnnumbered(namespace, pid);
    } else if (nsid !== undefined) {
      this.namespaceOfNsid.set(nsid, namespace);
    }
  }

  private holdUnnumbered(namespace: number, pid: number | 'self'): void {
    const held =
      this.commonSource === undefined || pid === 'self' ? undefined : this.door.hold(pid, namespace);
    if (held !== undefined) {
      this.unnumbered.set(namespace, held);
      // It may have got its id meanwhile.
      this.noteRepetitions();
    }
  }
}

import { Worker } from 'node:worker_threads';
import {
  BATCHES,
  BATCH_BYTES,
  CONTROL_BYTES,
  FIRST_SLOT,
  GATHER_MS,
  HEADER_INTS,
  LENGTH,
  LINGER_MS,
  MESSAGE_BYTES,
  NSID,
  OVERRUNS,
  SLOTS,
  SOURCE,
  STOP,
  TIMES_GIVEN,
  TURNS,
  batchAt,
  batchesOf,
  type Batch,
} from './destroy-batch.js';
import { SystemCallError, type Libc } from './libc.js';
import type { NamespaceIds } from './namespace-ids.js';
import { NETLINK_SOCK_DIAG, NetlinkSocket, forEachMessage } from './netlink.js';
import { SocketMessage } from './sock-diag.js';
import type { SocketRecord } from './socket-record.js';

// include/uapi/linux/sock_diag.h (SKNLGRP_*), netlink.h and eventpoll.h.
const SKNLGRP_INET_TCP_DESTROY = 1 << 0;
const SKNLGRP_INET_UDP_DESTROY = 1 << 1;
const SKNLGRP_INET6_TCP_DESTROY = 1 << 2;
const SKNLGRP_INET6_UDP_DESTROY = 1 << 3;
const SOL_NETLINK = 270;
const NETLINK_LISTEN_ALL_NSID = 8;
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLLIN = 1;

/** Where an event came from: a source's number, and the namespace's id as the listening namespace numbers it. */
export interface EventOrigin {
  readonly source: number;
  /** Undefined when the event is of the source's own namespace. */
  readonly nsid: number | undefined;
  /**
   * How often that id had been given by then: it may be another's when the event has waited. IN_DOUBT where the event may
   * have been of the one that had it before.
   */
  readonly timesGiven?: number;
}

/** What the thread sends: a batch in a slot of the pool, which is to be given back, or in bytes of its own. */
interface Sent {
  readonly slot: number;
  /** Of messages. */
  readonly count: number;
  readonly bytes?: ArrayBuffer;
}

export interface DestroyEventsOptions {
  readonly libc: Libc;
  readonly ids: NamespaceIds;
  /** Told of each destroyed socket, in order, within a few tenths of a second. The record must not be kept. */
  readonly onDestroyed: (record: SocketRecord, origin: EventOrigin) => void;
  /** Called after each batch, and once the kernel has said that it dropped events. */
  readonly onBatch: (overruns: number) => void;
  readonly onError: (error: Error) => void;
  /** Asked for; the kernel charges about 1,280 bytes an event. Tests make it tiny. */
  readonly receiveBufferBytes?: number;
}

/**
 * Every TCP and UDP socket that is destroyed, with its final counters. The kernel multicasts them; a thread of its
 * own waits for them, so that a busy main thread loses none.
 */
export class DestroyEvents {
  private readonly control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES));
  private readonly slots: readonly Batch[];
  private readonly sources = new Map<number, NetlinkSocket>();
  private readonly message = new SocketMessage('mixed');
  private readonly worker: Worker;
  private lastSource = 0;
  private knownOverruns = 0;
  private received = 0;
  /** What the thread has sent and was not read yet. */
  private readonly waiting: Sent[] = [];
  private isReading = false;
  private batches = 0;
  private knownTurns = 0;

  private constructor(
    private readonly options: DestroyEventsOptions,
    private readonly epoll: number,
  ) {
    const pool = new SharedArrayBuffer(SLOTS * BATCH_BYTES);
    this.slots = batchesOf(pool);
    this.worker = new Worker(new URL('./destroy-events-worker.js', import.meta.url), {
      workerData: { epoll, control: this.control.buffer, pool, ids: options.ids.threadDescriptor },
    });
    this.worker.on('message', (sent: Sent) => this.take(sent));
    this.worker.on('error', options.onError);
    this.worker.unref();
  }

  static start(options: DestroyEventsOptions): DestroyEvents {
    const epoll = options.libc.epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
      throw new SystemCallError('epoll_create1', options.libc.errno(), 'wait for destroyed sockets');
    }
    return new DestroyEvents(options, epoll);
  }

  /** Messages received so far. */
  get count(): number {
    return this.received;
  }

  /** Times at which the kernel dropped events. */
  get overruns(): number {
    return Atomics.load(this.control, OVERRUNS);
  }

  /** Turns of the thread: of each, everything that was there when it began has been told. */
  get turns(): number {
    const turns = Atomics.load(this.control, TURNS);
    // What the thread has sent may still be on its way to a busy main thread.
    if (Atomics.load(this.control, BATCHES) === this.batches) {
      this.knownTurns = turns;
    }
    return this.knownTurns;
  }

  /**
   * Listens in the namespace that the thread is in now; `allNamespaces` adds every namespace that has an id here
   * (CAP_NET_BROADCAST). Returns the source's number. Throws SystemCallError.
   */
  addSource(allNamespaces: boolean): number {
    const purpose = allNamespaces
      ? 'hear of destroyed sockets in all namespaces'
      : 'hear of destroyed sockets';
    const socket = NetlinkSocket.open(this.options.libc, NETLINK_SOCK_DIAG, purpose, DESTROY_GROUPS);
    const source = ++this.lastSource;
    try {
      const got = socket.resizeReceiveBuffer(this.options.receiveBufferBytes ?? RECEIVE_BUFFER_BYTES);
      if (allNamespaces) {
        socket.setOption(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, Buffer.from([1, 0, 0, 0]), purpose);
      }
      this.watch(EPOLL_CTL_ADD, socket.fd, source, purpose);
      // A small buffer overflows while events gather.
      Atomics.store(this.control, GATHER_MS, got >= GATHERING_BYTES ? GATHER_FOR_MS : 0);
      Atomics.store(this.control, LINGER_MS, got >= RECEIVE_BUFFER_BYTES ? LINGER_FOR_MS : 0);
    } catch (error) {
      socket.close();
      throw error;
    }
    this.sources.set(source, socket);
    return source;
  }

  removeSource(source: number): void {
    const socket = this.sources.get(source);
    if (socket !== undefined) {
      this.watch(EPOLL_CTL_DEL, socket.fd, source, 'stop hearing of destroyed sockets');
      socket.close();
      this.sources.delete(source);
    }
  }

  async close(): Promise<void> {
    Atomics.store(this.control, STOP, 1);
    Atomics.notify(this.control, STOP);
    await new Promise<void>((resolve) => {
      this.worker.once('exit', () => resolve());
      // Keeps the process alive until the thread has let go of the sockets.
      this.worker.ref();
    });
    this.waiting.length = 0;
    for (const source of [...this.sources.keys()]) {
      this.removeSource(source);
    }
    this.options.libc.close(this.epoll);
  }

  private watch(operation: number, fd: number, source: number, purpose: string): void {
    // struct epoll_event is packed on x86-64 only.
    const event = Buffer.alloc(process.arch === 'x64' ? 12 : 16);
    event.writeUInt32LE(EPOLLIN, 0);
    event.writeInt32LE(fd, event.length - 8);
    event.writeUInt32LE(source, event.length - 4);
    if (this.options.libc.epoll_ctl(this.epoll, operation, fd, event) < 0) {
      throw new SystemCallError('epoll_ctl', this.options.libc.errno(), purpose);
    }
  }

  private take(sent: Sent): void {
    this.waiting.push(sent);
    if (!this.isReading) {
      // Node.js delivers up to a thousand messages in one turn of the loop.
      this.isReading = true;
      setImmediate(() => this.readOn());
    }
  }

  /** Reads what waits; lets the loop run meanwhile, since events may come faster than they can be read. */
  private readOn(): void {
    const sliceEnd = performance.now() + SLICE_MS;
    for (let sent = this.waiting.shift(); sent !== undefined; sent = this.waiting.shift()) {
      this.read(sent);
      if (performance.now() >= sliceEnd) {
        break;
      }
    }
    this.isReading = this.waiting.length > 0;
    if (this.isReading) {
      setImmediate(() => this.readOn());
    }
  }

  private read({ slot, count, bytes }: Sent): void {
    this.batches = (this.batches + 1) | 0;
    this.options.ids.update();
    const pooled = this.slots[slot];
    try {
      this.readBatch(pooled ?? batchAt(bytes ?? new ArrayBuffer(BATCH_BYTES)), count);
    } finally {
      if (pooled !== undefined) {
        Atomics.store(this.control, FIRST_SLOT + slot, 0);
      }
    }
  }

  private readBatch({ headers, messages }: Batch, count: number): void {
    for (let index = 0; index < count; index++) {
      const header = index * HEADER_INTS;
      const origin = originOf(headers, header);
      const start = index * MESSAGE_BYTES;
      const end = start + (headers[header + LENGTH] ?? 0);
      forEachMessage(messages, start, end, (buffer, bodyStart, bodyEnd) => {
        this.received++;
        if (this.message.read(buffer, bodyStart, bodyEnd)) {
          this.options.onDestroyed(this.message, origin);
        }
      });
    }
    const { overruns } = this;
    this.options.onBatch(overruns - this.knownOverruns);
    this.knownOverruns = overruns;
  }
}

function originOf(headers: Int32Array, header: number): EventOrigin {
  const source = headers[header + SOURCE] ?? 0;
  const nsid = headers[header + NSID] ?? -1;
  return nsid < 0
    ? { source, nsid: undefined }
    : { source, nsid, timesGiven: headers[header + TIMES_GIVEN] ?? 0 };
}

/** The kernel takes memory for what waits only. On a busy host the thread may not run for a second. */
const RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024;
const GATHERING_BYTES = 4 * 1024 * 1024;
/** That much holds what comes in that time on the busiest of hosts. */
const GATHER_FOR_MS = 100;
/** The whole buffer, which the kernel doubles, holds four times of what comes in both. */
const LINGER_FOR_MS = 150;
/** Of reading, after which whatever else there is to do gets its turn. */
const SLICE_MS = 8;
const DESTROY_GROUPS =
  SKNLGRP_INET_TCP_DESTROY | SKNLGRP_INET_UDP_DESTROY | SKNLGRP_INET6_TCP_DESTROY | SKNLGRP_INET6_UDP_DESTROY;

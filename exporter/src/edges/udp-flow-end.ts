import type { Tally } from './edge.js';
import type { Endpoint } from './endpoint.js';
import type { FlowEndView } from './flow-ends.js';
import type { TrackedNamespace } from './tracked-namespace.js';
import type { TrackedSocket } from './tracked-socket.js';

/** What one namespace's connection tracking says of one end. */
export interface Reading {
  /** Inode of the namespace. */
  readonly table: number;
  readonly pass: number;
  /** Milliseconds. */
  readonly at: number;
  readonly view: FlowEndView;
}

/** One end of a tracked UDP flow, in the namespace that it is in. Several tables may track the same flow. */
export class UdpFlowEnd {
  /** Where its bytes go once it is settled. */
  target: { tally: Tally } | undefined;
  /** It is a connection of its own: no connected socket has been counted for it. */
  isCounted = false;
  lastPass: number;
  readonly firstPass: number;
  /** As the table told it, without what was added. */
  private told: Reading;
  /** Of another table than that whose bytes count. */
  private other: Reading | undefined;
  /** The table has several flows with these ends at once (zones of connection tracking): none follows another. */
  private isTwofold = false;
  /** Flows that have ended since the last account, each of which has been followed by another between the same ends. */
  private ended = 0;

  constructor(
    readonly key: string,
    readonly namespace: TrackedNamespace,
    readonly socket: TrackedSocket,
    /** Of the table whose bytes count. */
    private reading: Reading,
  ) {
    this.told = reading;
    this.firstPass = reading.pass;
    this.lastPass = reading.pass;
  }

  /** The namespace whose table's bytes count. */
  get table(): number {
    return this.reading.table;
  }

  /** Whether the namespace that it is in tracks it itself. */
  get isTrackedAtHome(): boolean {
    return [this.reading, this.other].some((each) => each?.table === this.namespace.inode);
  }

  observe(reading: Reading): void {
    this.lastPass = reading.pass;
    if (this.reading.table === reading.table) {
      this.isTwofold ||= this.told.pass === reading.pass;
      if (!this.isTwofold && isAnother(this.told, reading)) {
        this.beginAgain();
      }
      this.told = reading;
      this.reading = reading;
    } else {
      this.other = reading;
    }
  }

  /** Whether it has asked, and nobody has answered from there. */
  get isUnanswered(): boolean {
    return this.reading.view.isOnly === 'asked';
  }

  /** Adds what came from another address of its server: to the same port, or it is another's. */
  addAnswer({ table, view }: Pick<Reading, 'table' | 'view'>, isInherited: boolean): void {
    const more = ({ sentBytes, receivedBytes }: Pick<FlowEndView, 'sentBytes' | 'receivedBytes'>) => ({
      sentBytes: sentBytes + view.sentBytes,
      receivedBytes: receivedBytes + view.receivedBytes,
    });
    const answered = (reading: Reading): Reading =>
      reading.table === table ? { ...reading, view: { ...reading.view, ...more(reading.view) } } : reading;
    if (isInherited && this.reading.table === table) {
      Object.assign(this.socket, more(this.socket));
    }
    this.reading = answered(this.reading);
    this.other = this.other && answered(this.other);
  }

  /** Goes on with the other table when the one whose bytes count was read in this pass and has forgotten the flow. */
  followTable(pass: number, readTables: ReadonlySet<number>): void {
    const isLost = this.reading.pass !== pass && readTables.has(this.reading.table);
    if (this.other?.pass === pass && isLost) {
      this.reading = this.other;
      this.told = this.other;
      this.socket.sentBytes = this.other.view.sentBytes;
      this.socket.receivedBytes = this.other.view.receivedBytes;
    }
  }

  /** Adds the bytes that are new, and flows that have begun again. */
  account(now: number): void {
    const { target } = this;
    if (target === undefined) {
      return;
    }
    if (this.isCounted && this.ended > 0) {
      target.tally.closed += this.ended;
      target.tally.opened += this.ended;
      target.tally.lastActive = now;
    }
    this.ended = 0;
    if (this.addBytes(target.tally)) {
      target.tally.lastActive = now;
    }
  }

  /** What comes next is of another flow: its bytes count from nothing. */
  private beginAgain(): void {
    this.addBytes(this.target?.tally ?? this.socket.tally);
    this.socket.sentBytes = 0;
    this.socket.receivedBytes = 0;
    this.ended++;
  }

  /** Returns whether there were any. */
  private addBytes(tally: Tally): boolean {
    const { socket } = this;
    const { view } = this.reading;
    if (view.packets === 0) {
      return false;
    }
    const sent = increase(socket.sentBytes, view.sentBytes);
    const received = increase(socket.receivedBytes, view.receivedBytes);
    socket.sentBytes = view.sentBytes;
    socket.receivedBytes = view.receivedBytes;
    tally.hasCounters = true;
    tally.sentBytes += sent;
    tally.receivedBytes += received;
    return sent + received > 0;
  }
}

/** What identifies an end of a flow. */
export function keyOfFlowEnd({ inode }: TrackedNamespace, local: Endpoint, peer: Endpoint): string {
  return `${inode} ${local.address} ${local.port} ${peer.address} ${peer.port}`;
}

/** Whether the same ends have begun another flow in between, as far as can be told. */
function isAnother(earlier: Reading, later: Reading): boolean {
  const [before, after] = [earlier.view, later.view];
  const hasShrunk =
    after.packets < before.packets ||
    after.sentBytes < before.sentBytes ||
    after.receivedBytes < before.receivedBytes;
  // Without a packet more, its end only comes nearer.
  const isYounger =
    Math.min(before.secondsLeft, after.secondsLeft, after.packets) > 0 &&
    after.packets === before.packets &&
    after.secondsLeft > before.secondsLeft - (later.at - earlier.at) / 1_000 + ROUNDING_SECONDS;
  return after.id !== before.id || hasShrunk || isYounger;
}

/** The kernel rounds what is left, and a table takes its time to be read. */
const ROUNDING_SECONDS = 2;

/** A counter that is less than it was belongs to a new flow between the same ports. */
function increase(before: number, after: number): number {
  return after >= before ? after - before : after;
}

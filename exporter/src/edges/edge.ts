import type { EdgeLabel } from '../contract/connection-families.js';
import type { RenderedLabels } from '../contract/labels.js';
import type { SocketCounters } from '../kernel/socket-record.js';

/** Every label of an edge but `host`; empty where it says nothing. */
export type EdgeLabels = Readonly<Record<EdgeLabel, string>>;

/** Which end of the connection a socket is. */
export type Role = 'client' | 'server';

/** Counts of connections that have an edge in common. */
export interface Tally {
  open: number;
  opened: number;
  closed: number;
  failed: number;
  sentBytes: number;
  receivedBytes: number;
  retransmittedSegments: number;
  rttSecondsSum: number;
  rttSamples: number;
  /** Bytes were counted: without (UDP that is not accounted, `/proc`) their families have no row. */
  hasCounters: boolean;
  /** Milliseconds of the clock at which something last happened. */
  lastActive: number;
}

/** What one edge has counted: its closed connections, and what the open ones have added so far. */
export interface Edge extends Tally {
  readonly labels: EdgeLabels;
  /** Rendered once, written at every scrape. */
  readonly rendered: RenderedLabels;
}

export function emptyTally(now: number): Tally {
  return new Counts(now);
}

/**
 * Of a literal, V8 would go on to make objects of an old shape, to be converted one by one, once a number of one of them
 * was no small integer any more.
 */
class Counts implements Tally {
  open = 0;
  opened = 0;
  closed = 0;
  failed = 0;
  sentBytes = 0;
  receivedBytes = 0;
  retransmittedSegments = 0;
  rttSecondsSum = 0;
  rttSamples = 0;
  hasCounters = false;
  lastActive: number;

  constructor(now: number) {
    this.lastActive = now;
  }
}

/** Adds what was counted before the edge was known. */
export function addTally(edge: Tally, more: Tally): void {
  edge.open += more.open;
  edge.opened += more.opened;
  edge.closed += more.closed;
  edge.failed += more.failed;
  edge.sentBytes += more.sentBytes;
  edge.receivedBytes += more.receivedBytes;
  edge.retransmittedSegments += more.retransmittedSegments;
  edge.rttSecondsSum += more.rttSecondsSum;
  edge.rttSamples += more.rttSamples;
  edge.hasCounters ||= more.hasCounters;
  edge.lastActive = Math.max(edge.lastActive, more.lastActive);
}

/** Adds a sample of a socket's smoothed round trip; 0 is none. */
export function addRoundTrip(tally: Tally, rttSeconds: number): void {
  if (rttSeconds > 0) {
    tally.rttSecondsSum += rttSeconds;
    tally.rttSamples++;
  }
}

/** The part of a socket's counters that an edge has already been given. */
export interface Accounted {
  segments: number;
  sentBytes: number;
  receivedBytes: number;
  /** With the one octet, if any, that may be payload or the peer's FIN. */
  receivedOctets: number;
  retransmittedSegments: number;
}

/**
 * Adds to the tally what the socket has counted since it was last looked at. Counters that a socket lost (a reset on
 * close clears them) never take anything away. Returns whether data moved.
 */
export function accountCounters(tally: Tally, accounted: Accounted, counters: SocketCounters): boolean {
  const { rttSeconds, segments } = counters;
  addRoundTrip(tally, rttSeconds);
  tally.hasCounters = true;
  if (segments === accounted.segments) {
    return false;
  }
  const { sentBytes, receivedOctets, awaitsFin, retransmittedSegments } = counters;
  // What had come by the last look was no FIN if that had still not come when this one began.
  const certainBytes = awaitsFin
    ? larger(accounted.receivedOctets, receivedOctets - 1)
    : counters.receivedBytes;
  const receivedBytes = larger(accounted.receivedBytes, certainBytes);
  accounted.receivedOctets = awaitsFin ? larger(receivedBytes, receivedOctets) : receivedBytes;
  // What is left over is for the next look to tell.
  accounted.segments = receivedBytes < accounted.receivedOctets ? Number.NaN : segments;
  let moved = false;
  if (sentBytes > accounted.sentBytes) {
    tally.sentBytes += sentBytes - accounted.sentBytes;
    accounted.sentBytes = sentBytes;
    moved = true;
  }
  if (receivedBytes > accounted.receivedBytes) {
    tally.receivedBytes += receivedBytes - accounted.receivedBytes;
    accounted.receivedBytes = receivedBytes;
    moved = true;
  }
  if (retransmittedSegments > accounted.retransmittedSegments) {
    tally.retransmittedSegments += retransmittedSegments - accounted.retransmittedSegments;
    accounted.retransmittedSegments = retransmittedSegments;
    moved = true;
  }
  return moved;
}

/** Math.max makes a floating-point number of any. */
function larger(one: number, other: number): number {
  return one > other ? one : other;
}

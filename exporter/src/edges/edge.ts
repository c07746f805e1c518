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
  /** Received bytes that were counted too many, to be left out of what comes next: a counter never falls. */
  receivedOwed: number;
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
  return {
    open: 0,
    opened: 0,
    closed: 0,
    failed: 0,
    sentBytes: 0,
    receivedBytes: 0,
    receivedOwed: 0,
    retransmittedSegments: 0,
    rttSecondsSum: 0,
    rttSamples: 0,
    hasCounters: false,
    lastActive: now,
  };
}

/** Adds what was counted before the edge was known. */
export function addTally(edge: Tally, more: Tally): void {
  edge.open += more.open;
  edge.opened += more.opened;
  edge.closed += more.closed;
  edge.failed += more.failed;
  edge.sentBytes += more.sentBytes;
  edge.receivedOwed += more.receivedOwed;
  addReceived(edge, more.receivedBytes);
  edge.retransmittedSegments += more.retransmittedSegments;
  edge.rttSecondsSum += more.rttSecondsSum;
  edge.rttSamples += more.rttSamples;
  edge.hasCounters ||= more.hasCounters;
  edge.lastActive = Math.max(edge.lastActive, more.lastActive);
}

/** Adds received bytes; fewer than none are owed. */
export function addReceived(tally: Tally, bytes: number): void {
  const due = bytes - tally.receivedOwed;
  tally.receivedBytes += Math.max(0, due);
  tally.receivedOwed = Math.max(0, -due);
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
  accounted.segments = segments;
  const { sentBytes, receivedBytes, retransmittedSegments } = counters;
  let moved = false;
  if (sentBytes > accounted.sentBytes) {
    tally.sentBytes += sentBytes - accounted.sentBytes;
    accounted.sentBytes = sentBytes;
    moved = true;
  }
  if (receivedBytes > accounted.receivedBytes) {
    addReceived(tally, receivedBytes - accounted.receivedBytes);
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

import type { SocketRecord } from './socket-record.js';

/** What identifies a socket of any namespace. */
type Identity = Pick<SocketRecord, 'cookie' | 'localPort' | 'peerPort'>;

/**
 * The latest ends that sources of single namespaces have told of. A namespace that gets its id after such a source was
 * opened is heard by the common source, too; and of an event that came while the id was given nobody can say otherwise
 * whether it is of that namespace, or of the one that had the id before.
 */
export class ToldEnds {
  private latest = new Map<number, number>();
  private earlier: ReadonlyMap<number, number> = new Map();

  note(end: Identity): void {
    this.latest.set(end.cookie, portsOf(end));
    if (this.latest.size >= MOST_LATEST) {
      this.earlier = this.latest;
      this.latest = new Map();
    }
  }

  has(end: Identity): boolean {
    // On old kernels, each namespace counts its cookies by itself.
    const ports = this.latest.get(end.cookie) ?? this.earlier.get(end.cookie);
    return ports === portsOf(end);
  }
}

const MOST_LATEST = 10_000;

function portsOf({ localPort, peerPort }: Identity): number {
  return localPort * 65_536 + peerPort;
}

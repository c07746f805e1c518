import { connectionsOpen } from '../contract/connection-families.js';
import { NO_CONTAINER, type HostName } from '../contract/ids.js';
import { renderLabels } from '../contract/labels.js';
import { emptyTally, type Edge, type EdgeLabels } from './edge.js';

export interface EdgeLimits {
  /** Most edges of the host; 20,000 by default. */
  readonly edges: number;
  /** Most edges of one container, or of one role of one process outside containers; 1,000 by default. */
  readonly edgesPerContainer: number;
  /** Milliseconds after which an edge without open connections is dropped; 15 minutes by default. */
  readonly idleMs: number;
}

/**
 * All edges of the host by their labels. Past a limit, what is new goes to one row for each container and role, with
 * `peer_ip="other"`: bounded, never silent.
 */
export class EdgeLedger {
  private readonly edges = new Map<string, Edge>();
  /** By whose limit they are under. */
  private readonly edgesOfOwner = new Map<string, number>();
  /** For how many counts an edge is reserved that may still be made, by its key. */
  private readonly reserved = new Map<string, number>();
  /** Keys that are reserved, and have no edge. */
  private edgesToCome = 0;
  private overflowEdges = 0;
  private foldedConnections = 0;
  private readonly departedMs: number;

  constructor(
    private readonly host: HostName,
    private readonly limits: EdgeLimits,
  ) {
    this.departedMs = Math.min(limits.idleMs, DEPARTED_MS);
  }

  /** Connections that went to an overflow row, since the start. */
  get folded(): number {
    return this.foldedConnections;
  }

  get size(): number {
    return this.edges.size;
  }

  /** The edge with those labels, for so many connections; made when it is new and there is room. */
  edge(labels: EdgeLabels, now: number, connections = 1): Edge {
    const key = keyOfEdge(labels);
    const known = this.edges.get(key);
    if (known !== undefined) {
      return known;
    }
    const isFolded = labels.peer_ip === OTHER;
    if (!isFolded && this.reserved.has(key)) {
      this.edgesToCome--;
      return this.add(key, labels, now);
    }
    if (!isFolded && this.hasRoom(labels)) {
      this.count(labels, 1);
      return this.add(key, labels, now);
    }
    const folded = isFolded ? labels : this.fold(labels, connections);
    const overflowKey = keyOfEdge(folded);
    const overflow = this.edges.get(overflowKey);
    if (overflow !== undefined) {
      return overflow;
    }
    this.overflowEdges++;
    return this.add(overflowKey, folded, now);
  }

  /** Keeps room for the edge until `release`; false when there is none. */
  reserve(labels: EdgeLabels): boolean {
    const key = keyOfEdge(labels);
    const times = this.reserved.get(key) ?? 0;
    if (times === 0 && !this.edges.has(key)) {
      if (!this.hasRoom(labels)) {
        return false;
      }
      this.count(labels, 1);
      this.edgesToCome++;
    }
    this.reserved.set(key, times + 1);
    return true;
  }

  release(labels: EdgeLabels): void {
    const key = keyOfEdge(labels);
    const times = this.reserved.get(key) ?? 0;
    if (times > 1) {
      this.reserved.set(key, times - 1);
    } else if (this.reserved.delete(key) && !this.edges.has(key)) {
      this.count(labels, -1);
      this.edgesToCome--;
    }
  }

  /** The labels of so many connections that there is no room for. */
  fold(labels: EdgeLabels, connections = 1): EdgeLabels {
    this.foldedConnections += connections;
    return overflowLabels(labels);
  }

  values(): IterableIterator<Edge> {
    return this.edges.values();
  }

  /**
   * Drops edges on which nothing is open and nothing has happened for the idle time; for those of containers that do
   * not live any more, a minute is enough, in which their last counts are scraped.
   */
  expire(now: number, livingContainers: ReadonlySet<string>): void {
    const lives = (id: string): boolean => id === NO_CONTAINER || livingContainers.has(id);
    for (const [key, edge] of this.edges) {
      const { container_id, peer_container_id } = edge.labels;
      const idleMs = lives(container_id) && lives(peer_container_id) ? this.limits.idleMs : this.departedMs;
      if (edge.open > 0) {
        edge.lastActive = now;
      } else if (now - edge.lastActive >= idleMs) {
        this.edges.delete(key);
        if (edge.labels.peer_ip === OTHER) {
          this.overflowEdges--;
        } else if (this.reserved.has(key)) {
          this.edgesToCome++;
        } else {
          this.count(edge.labels, -1);
        }
      }
    }
  }

  private hasRoom(labels: EdgeLabels): boolean {
    return (
      this.edges.size - this.overflowEdges + this.edgesToCome < this.limits.edges &&
      (this.edgesOfOwner.get(ownerOf(labels)) ?? 0) < this.limits.edgesPerContainer
    );
  }

  private count(labels: EdgeLabels, change: number): void {
    const owner = ownerOf(labels);
    const count = (this.edgesOfOwner.get(owner) ?? 0) + change;
    if (count === 0) {
      this.edgesOfOwner.delete(owner);
    } else {
      this.edgesOfOwner.set(owner, count);
    }
  }

  private add(key: string, labels: EdgeLabels, now: number): Edge {
    const edge: Edge = {
      labels,
      rendered: renderLabels(connectionsOpen, { host: this.host, ...labels }),
      ...emptyTally(now),
    };
    this.edges.set(key, edge);
    return edge;
  }
}

/** The peer of an overflow row. */
export const OTHER = 'other';
/** How long a departed container's edges stay. */
const DEPARTED_MS = 60_000;

/** Outside containers, a server with very many clients must not hide what all other processes of the host do. */
function ownerOf({ container_id, process, role }: EdgeLabels): string {
  return container_id === NO_CONTAINER ? `${process}\0${role}` : container_id;
}

/** NUL is in no name. */
export function keyOfEdge(labels: EdgeLabels): string {
  return `${labels.role}\0${labels.protocol}\0${labels.container_id}\0${labels.process}\0${labels.local_ip}\0${labels.port}\0${labels.peer_ip}\0${labels.actual_peer_ip}\0${labels.actual_port}\0${labels.peer_container_id}\0${labels.peer_process}\0${labels.peer_name}`;
}

/** Those of the row for what there is no room for: only whose it is, and in which role. */
export function overflowLabels(labels: EdgeLabels): EdgeLabels {
  return {
    container_id: labels.container_id,
    process: '',
    role: labels.role,
    protocol: labels.protocol,
    local_ip: '',
    port: '',
    peer_ip: OTHER,
    actual_peer_ip: '',
    actual_port: '',
    peer_container_id: '',
    peer_process: '',
    peer_name: '',
  };
}

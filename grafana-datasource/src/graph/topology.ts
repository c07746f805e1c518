/**
 * The topology of one view at one moment: what the data source builds from Prometheus' answers and what the panel
 * draws. Plain JSON throughout, since it travels inside a data frame.
 */
export interface Topology {
  readonly view: ViewId;
  /** The moment it shows, in milliseconds since the epoch. */
  readonly at: number;
  /** Sorted by id; ids are unique. */
  readonly nodes: readonly TopologyNode[];
  /** Sorted by id; ids are unique, and both ends are in `nodes`. */
  readonly edges: readonly TopologyEdge[];
  /** What the user should know about this picture: nothing found, something missing, something cut. */
  readonly notices: readonly Notice[];
}

export const VIEW_IDS = ['hosts', 'containers', 'images', 'processes', 'process-names'] as const;
export type ViewId = (typeof VIEW_IDS)[number];

export const NODE_KINDS = [
  'host',
  'container',
  'image',
  'process',
  'process-name',
  /** Public addresses, as clients or as servers: two nodes. */
  'internet',
  /** A public peer that is known by its DNS name. */
  'external',
  /** A private address on no monitored host. */
  'unmanaged',
  /** What runs on a host outside containers. */
  'uncontained',
  /** The rest beyond the exporter's caps (`peer_ip="other"`). */
  'overflow',
] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export type NodeHealth = 'ok' | 'warning' | 'critical' | 'stopped' | 'unknown';

export interface TopologyNode {
  /** The same thing has the same id at every refresh, and a different thing never has. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  /** The second line: the image, the host, the count. */
  readonly sublabel: string;
  /** Nodes of one group are kept together in the layout: the host's name, or empty. */
  readonly group: string;
  /** How many things it stands for: containers of an image, processes of a name; 1 for a single thing. */
  readonly count: number;
  readonly health: NodeHealth;
  readonly facts: readonly Fact[];
  readonly metrics: readonly Metric[];
  /** Nodes of other views that this one belongs to or is made of. */
  readonly relatives: readonly Relative[];
}

export interface Fact {
  /** Stable key for search, such as `image` or `state`. */
  readonly key: string;
  readonly label: string;
  /** Several values, such as addresses, are several entries. */
  readonly values: readonly string[];
  /** `time`: Unix seconds, shown as a moment and as how long ago; absent: text. */
  readonly format?: 'time';
}

export interface Metric {
  readonly key: string;
  readonly label: string;
  /** A unit id of Grafana: `percentunit`, `bytes`, `Bps`, `short`, … */
  readonly unit: string;
  /** Null when Prometheus has no sample. */
  readonly value: number | null;
  /** In the metric's unit; null when there is none. */
  readonly limit: number | null;
  /** PromQL of this node's series over time, for the sparkline and for Explore. */
  readonly expr: string;
}

export interface Relative {
  readonly view: ViewId;
  readonly id: string;
  readonly label: string;
}

export interface TopologyEdge {
  readonly id: string;
  /** The client. */
  readonly source: string;
  /** The server. */
  readonly target: string;
  /** The sum over `links`. */
  readonly traffic: Traffic;
  /** One for each server port, most bytes first. */
  readonly links: readonly EdgeLink[];
  /** PromQL of the pair's bytes per second, for the chart and for Explore. */
  readonly expr: string;
}

export interface EdgeLink {
  readonly protocol: string;
  /** The server's port as dialled; empty where it is not known. */
  readonly port: string;
  readonly traffic: Traffic;
}

/** Rates are per second. Null: not measured (UDP without accounting, the /proc fallback), never a zero in disguise. */
export interface Traffic {
  readonly open: number;
  readonly opened: number;
  readonly closed: number;
  readonly failed: number;
  /** Client to server. */
  readonly requestBytes: number | null;
  /** Server to client. */
  readonly responseBytes: number | null;
  readonly retransmits: number | null;
  /** Mean of the smoothed round-trip times in seconds. */
  readonly rtt: number | null;
}

export interface Notice {
  readonly severity: 'info' | 'warning' | 'error';
  /** What is so. */
  readonly message: string;
  /** What to do about it; empty where there is nothing to do. */
  readonly action: string;
}

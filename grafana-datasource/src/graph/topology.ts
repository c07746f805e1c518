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
  /** Everything that was seen from this moment to `at`, in milliseconds since the epoch; absent: only what is at `at`. */
  readonly since?: number;
  /** The moment that `at` is compared with, in milliseconds since the epoch: nodes and edges carry their `change`. */
  readonly comparedWith?: number;
  /** The metrics that nodes of this picture have, to choose one that fills them; absent: none. */
  readonly scales?: readonly MetricScale[];
  /** What the query's own PromQL adds, in its order; absent: nothing. */
  readonly overlays?: readonly OverlayStyle[];
  /** Firing alerts whose labels name something that this picture does not show; absent: none. */
  readonly otherAlerts?: readonly Alert[];
  /** Whether anything of Kubernetes is known, so that its views have something to show; absent: no. */
  readonly kubernetes?: boolean;
  /** The Prometheus data source that was asked, for links to Explore. */
  readonly prometheus?: { readonly uid: string; readonly type: string };
}

/** The views that need nothing but the exporters' series, in the order of their tabs. */
export const VIEW_IDS = [
  'hosts',
  'workloads',
  'containers',
  'images',
  'processes',
  'process-names',
  'networks',
] as const;
/** The views of Kubernetes' objects, which kube-state-metrics tells, in the order of their tabs. */
export const KUBERNETES_VIEW_IDS = [
  'pods',
  'controllers',
  'services',
  'namespaces',
  'storage',
  'nodes',
] as const;
/** The views that need something of the query: a label to group by, PromQL of the user's own. */
export const CUSTOM_VIEW_IDS = ['groups', 'custom'] as const;
export type ViewId =
  (typeof VIEW_IDS)[number] | (typeof KUBERNETES_VIEW_IDS)[number] | (typeof CUSTOM_VIEW_IDS)[number];

export const VIEW_NAMES: Readonly<Record<ViewId, string>> = {
  hosts: 'Hosts',
  workloads: 'Workloads',
  containers: 'Containers',
  images: 'Images',
  processes: 'Processes',
  'process-names': 'Processes by name',
  networks: 'Networks',
  pods: 'Pods',
  controllers: 'Controllers',
  services: 'Kubernetes services',
  namespaces: 'Namespaces',
  storage: 'Storage',
  nodes: 'Nodes',
  groups: 'Groups',
  custom: 'Custom',
};

export const NODE_KINDS = [
  'host',
  'container',
  'image',
  'process',
  'process-name',
  /** What runs as one: a Compose or Swarm service, a Kubernetes controller. */
  'workload',
  /** A network that containers share. */
  'network',
  'pod',
  'deployment',
  'daemonset',
  'statefulset',
  'job',
  'cronjob',
  /** Whatever else owns pods: a bare ReplicaSet, an operator's own kind. */
  'controller',
  /** A Kubernetes Service. */
  'service',
  'namespace',
  'storage-claim',
  'storage-volume',
  'storage-class',
  /** A Kubernetes Node. */
  'node',
  /** All that share a label's value. */
  'group',
  /** What the user's own PromQL names. */
  'custom',
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
  /** Nodes of one group are kept together in the layout, under this name: the host's, the namespace's, or empty. */
  readonly group: string;
  /** How many things it stands for: containers of an image, processes of a name; 1 for a single thing. */
  readonly count: number;
  readonly health: NodeHealth;
  readonly facts: readonly Fact[];
  readonly metrics: readonly Metric[];
  /** Nodes of other views that this one belongs to or is made of. */
  readonly relatives: readonly Relative[];
  /** What the overlays say of it; absent: nothing. */
  readonly overlays?: readonly OverlayValue[];
  /** Alerts that fire on it or on what it is made of, the worst first; absent: none. */
  readonly alerts?: readonly Alert[];
  /** Against the moment that the picture is compared with; absent: the same, or no comparison. */
  readonly change?: Change;
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

/** How a metric of many nodes compares: a node is filled to `value / (limit ?? max)`. */
export interface MetricScale {
  /** The `key` of the nodes' metrics. */
  readonly key: string;
  readonly label: string;
  /** A unit id of Grafana. */
  readonly unit: string;
  /** The greatest value or limit of all nodes, in the metric's unit; above 0. */
  readonly max: number;
}

/** PromQL of the user's that is shown on nodes or edges. */
export interface OverlayStyle extends MetricScale {
  /** `fill` and `badge` are nodes', `width` is edges'. */
  readonly show: OverlayShow;
  readonly expr: string;
}

export const OVERLAY_SHOWS = ['fill', 'badge', 'width'] as const;
export type OverlayShow = (typeof OVERLAY_SHOWS)[number];

export interface OverlayValue {
  /** Of its `OverlayStyle`. */
  readonly key: string;
  readonly value: number;
}

export interface Alert {
  readonly name: string;
  /** From the label `severity`; warning where that says nothing known. */
  readonly severity: 'critical' | 'warning' | 'info';
  /** All labels but the name, the state and the severity. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface Change {
  readonly kind: 'added' | 'removed' | 'changed';
  /** What is different; of what was added or removed, nothing. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly label: string;
  /** Empty where there was nothing. */
  readonly before: string;
  readonly after: string;
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
  /** PromQL of the pair's bytes per second, for the chart and for Explore; empty where there is none. */
  readonly expr: string;
  /**
   * Absent: connections. `membership`: the source belongs to the target, such as a container to a network, and there is
   * no traffic to tell. `custom`: the user's own PromQL, whose value is `value`.
   */
  readonly kind?: 'membership' | 'custom';
  /** The value of a custom edge, and its unit. */
  readonly value?: { readonly label: string; readonly unit: string; readonly value: number };
  readonly overlays?: readonly OverlayValue[];
  readonly change?: Change;
}

export interface EdgeLink {
  readonly protocol: string;
  /** The server's port as dialled; empty where it is not known. */
  readonly port: string;
  /**
   * Where the server itself listens, where a Service or a translation led there: numbers, or its pod's names for them.
   * Absent: on the same port.
   */
  readonly serverPorts?: readonly string[];
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

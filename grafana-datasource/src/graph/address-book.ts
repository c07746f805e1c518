import { type Endpoint, type KubernetesEndpoint, localEndpoint } from './endpoint';
import { eachRow } from './indexes';
import { Ip } from './ip';
import { KubeAddresses } from './kubernetes/kube-addresses';
import { compareText } from './order';
import { ROWS_A_STEP, type Steps } from './steps';
import type { Vectors } from './vectors';

/** Where somebody dials: the address after NAT where there was one. */
export interface Destination {
  readonly ip: string;
  readonly port: string;
  readonly protocol: string;
}

/** From where an address was seen; a container without addresses of its own shares a network namespace. */
export interface Viewer {
  readonly host: string;
  readonly container: string;
}

interface Listener {
  readonly container: string;
  readonly process: string;
  readonly ip: string;
}

interface PublishedPort {
  readonly container: string;
  /** The host's address that it is published on. */
  readonly ip: string;
  readonly port: string;
}

/** The containers of a host that have an address: those of a pod share theirs. */
interface Owners {
  readonly host: string;
  readonly network: string;
  readonly ids: readonly string[];
  /** They are in several networks, which overlap: nobody can tell which one is meant. */
  readonly overlap: boolean;
}

type OwnerHosts = Pick<ReadonlyMap<string, unknown> | ReadonlySet<string>, 'has' | 'keys' | 'size'>;

const WILDCARDS = new Set(['', '0.0.0.0', '::', '*']);
/** Interfaces that container engines and hypervisors make for networks that exist on this host only. */
const ENGINE_BRIDGE = /^(?:docker|br-|podman|cni|nerdctl|lxcbr|lxdbr|incusbr|virbr)/;

/** Where kube-proxy in its IPVS mode puts the addresses of all Services on every node: none is the node's own. */
const KUBE_PROXY = 'kube-ipvs0';

/** Whose an address and a port are, over all hosts. */
export class AddressBook {
  readonly #hosts = new Map<string, Set<string>>();
  /** By address and host. */
  readonly #containers = new Map<string, Map<string, Owners>>();
  readonly #listeners = new Map<string, Listener[]>();
  readonly #published = new Map<string, PublishedPort[]>();
  readonly #ownNamespace = new Set<string>();
  readonly #bridges = new Set<string>();
  /** Hosts whose exporters know who listens in containers' own network namespaces: without rights they do not. */
  readonly #seesInside = new Set<string>();
  readonly #ips = new Map<string, Ip>();
  /** What Kubernetes gives addresses to. */
  readonly kubernetes: KubeAddresses;

  private constructor(kubernetes: KubeAddresses) {
    this.kubernetes = kubernetes;
  }

  /** Reads host and container addresses, published ports, listeners, and the addresses of Kubernetes' objects. */
  static *read(vectors: Vectors, clusterLabel?: string): Steps<AddressBook> {
    const book = new AddressBook(yield* KubeAddresses.read(vectors, clusterLabel));
    yield* eachRow(vectors.hostAddresses, (read) => {
      book.#addHostAddress(read('host'), read('ip'), read('interface'));
    });
    yield* eachRow(vectors.containerAddresses, (read) => {
      book.#addContainerAddress(read('host'), read('container_id'), read('network'), read('ip'));
    });
    yield* eachRow(vectors.containerPorts, (read) => {
      addTo(book.#published, portKey(read('host'), read('protocol'), read('host_port')), {
        container: read('container_id'),
        ip: read('host_ip'),
        port: read('port'),
      });
    });
    yield* eachRow(vectors.listeners, (read) => {
      addTo(book.#listeners, portKey(read('host'), read('protocol'), read('port')), {
        container: read('container_id'),
        process: read('process'),
        ip: read('ip'),
      });
      book.#noteListener(read('host'), read('container_id'));
    });
    yield* sortEach(book.#published.values());
    yield* sortEach(book.#listeners.values());
    return book;
  }

  ip(text: string): Ip {
    let ip = this.#ips.get(text);
    if (ip === undefined) {
      ip = new Ip(text);
      this.#ips.set(text, ip);
    }
    return ip;
  }

  /** Whether the address means something on the viewer's host only: loopback, link-local, an engine's bridge. */
  isLocal(text: string, host: string): boolean {
    const ip = this.ip(text);
    return ip.isHostLocal || this.#bridges.has(`${host}/${ip.engineNetwork}`);
  }

  /**
   * Whether a row of that host which names nobody at the address means that nobody can tell: the host's exporter sees
   * into its containers, one of which has the address, and would have named it.
   */
  isLeftOpen(ip: string, host: string): boolean {
    return this.#seesInside.has(host) && this.#containers.get(ip)?.has(host) === true;
  }

  /** Who is reached there; undefined when no monitored host owns the address. */
  find({ ip, port, protocol }: Destination, viewer: Viewer): Endpoint | undefined {
    if (this.ip(ip).isLoopback) {
      return this.#atLoopback({ ip, port, protocol }, viewer);
    }
    const owners = this.#containersAt(ip, viewer.host);
    if (owners !== undefined) {
      return owners.overlap
        ? { kind: 'ambiguous', host: owners.host, ip }
        : this.#inOneOf(owners.host, owners.ids, protocol, port);
    }
    const host = this.#hostAt(ip, viewer.host);
    return host === undefined ? undefined : this.#onHost(host, { ip, port, protocol });
  }

  /** The Service that has the address, as seen from the host. */
  service(ip: string, host: string): KubernetesEndpoint | undefined {
    return this.kubernetes.service(ip, host);
  }

  /** The pod that has the address for itself, on a Node without an exporter. */
  pod(ip: string, host: string): KubernetesEndpoint | undefined {
    return this.kubernetes.pod(ip, host);
  }

  /** The Node without an exporter that has the address. */
  node(ip: string, host: string): KubernetesEndpoint | undefined {
    return this.kubernetes.node(ip, host);
  }

  #atLoopback({ ip, port, protocol }: Destination, { host, container }: Viewer): Endpoint {
    return container !== '' && this.#ownNamespace.has(`${host}/${container}`)
      ? this.#inContainer(host, container, protocol, port)
      : this.#onHost(host, { ip, port, protocol });
  }

  /** Of containers that share an address, the one that listens is reached; else the first. */
  #inOneOf(host: string, containers: readonly string[], protocol: string, port: string): Endpoint {
    const ends = containers.map((container) => this.#inContainer(host, container, protocol, port));
    const [first = localEndpoint(host, '', '')] = ends;
    return ends.find((end) => end.kind === 'container' && end.process !== '') ?? first;
  }

  #inContainer(host: string, container: string, protocol: string, port: string): Endpoint {
    const listeners = this.#listeners.get(portKey(host, protocol, port));
    const listener = listeners?.find((candidate) => candidate.container === container);
    return { kind: 'container', host, container, process: listener?.process ?? '' };
  }

  /** A published port leads into its container; else a listener in the host's own namespace; else the host. */
  #onHost(host: string, { ip, port, protocol }: Destination): Endpoint {
    const key = portKey(host, protocol, port);
    const published = bound(this.#published.get(key), ip);
    if (published !== undefined) {
      return this.#inContainer(host, published.container, protocol, published.port);
    }
    const listener = bound(this.#listeners.get(key), ip, (candidate) =>
      this.#isInHostNamespace(host, candidate),
    );
    return localEndpoint(host, listener?.container ?? '', listener?.process ?? '');
  }

  #isInHostNamespace(host: string, { container }: Listener): boolean {
    return container === '' || !this.#ownNamespace.has(`${host}/${container}`);
  }

  #containersAt(ip: string, viewer: string): Owners | undefined {
    const hosts = this.#containers.get(ip);
    const host = this.#ownerAmong(hosts, ip, viewer);
    return host === undefined ? undefined : hosts?.get(host);
  }

  #hostAt(ip: string, viewer: string): string | undefined {
    return this.#ownerAmong(this.#hosts.get(ip), ip, viewer);
  }

  /** The viewer's own host first. Another one only where the address can be reached from here and is one host's. */
  #ownerAmong(hosts: OwnerHosts | undefined, ip: string, viewer: string): string | undefined {
    if (hosts === undefined || hosts.has(viewer)) {
      return hosts && viewer;
    }
    const [first] = hosts.keys();
    return hosts.size === 1 && !this.isLocal(ip, viewer) ? first : undefined;
  }

  #noteListener(host: string, container: string): void {
    if (!this.#seesInside.has(host) && this.#ownNamespace.has(`${host}/${container}`)) {
      this.#seesInside.add(host);
    }
  }

  #addHostAddress(host: string, ip: string, networkInterface: string): void {
    if (host === '' || ip === '' || networkInterface === KUBE_PROXY) {
      return;
    }
    let owners = this.#hosts.get(ip);
    if (owners === undefined) {
      owners = new Set();
      this.#hosts.set(ip, owners);
    }
    owners.add(host);
    if (ENGINE_BRIDGE.test(networkInterface)) {
      this.#bridges.add(`${host}/${this.ip(ip).engineNetwork}`);
    }
  }

  #addContainerAddress(host: string, container: string, network: string, ip: string): void {
    if (host === '' || container === '' || ip === '') {
      return;
    }
    let owners = this.#containers.get(ip);
    if (owners === undefined) {
      owners = new Map();
      this.#containers.set(ip, owners);
    }
    const known = owners.get(host);
    // In one order whatever that of the rows: one of two that do not share may have just gone, and must not flicker.
    const ids = [...(known?.ids ?? []), container].sort(compareText);
    const overlap = known !== undefined && (known.overlap || known.network !== network);
    owners.set(host, { host, network, ids, overlap });
    this.#ownNamespace.add(`${host}/${container}`);
  }
}

function portKey(host: string, protocol: string, port: string): string {
  return `${host}/${protocol}/${port}`;
}

function addTo<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) {
    lists.set(key, [item]);
  } else {
    list.push(item);
  }
}

/** The candidate that is bound to the address, or to all addresses. */
function bound<Item extends { readonly ip: string }>(
  candidates: readonly Item[] | undefined,
  ip: string,
  isFit: (item: Item) => boolean = () => true,
): Item | undefined {
  return (
    candidates?.find((item) => item.ip === ip && isFit(item)) ??
    candidates?.find((item) => WILDCARDS.has(item.ip) && isFit(item))
  );
}

/** In one order whatever that of Prometheus' rows, so that the first fit is always the same one. */
function* sortEach<Item>(lists: Iterable<Item[]>): Steps<void> {
  let count = 0;
  for (const list of lists) {
    if (++count % ROWS_A_STEP === 0) {
      yield;
    }
    if (list.length > 1) {
      list.sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)));
    }
  }
}

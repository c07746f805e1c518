import type { AddressBook } from '../graph/address-book';
import type { Container } from '../graph/containers';
import { type Endpoint, localEndpoint } from '../graph/endpoint';
import { eachRow, type Read } from '../graph/indexes';
import type { Steps } from '../graph/steps';
import type { Vectors } from '../graph/vectors';
import { readWorkloads, type Workload } from '../graph/workloads';
import { exportedName } from '../promql/own-labels';

/** What a label of anybody's series can name. */
type Meaning =
  'host' | 'address' | 'container_id' | 'container' | 'image' | 'namespace' | 'workload' | 'pod' | 'process';

/**
 * Labels by what exporters mean by them: ours, cAdvisor's, kube-state-metrics', node_exporter's, applications'. The same
 * with `exported_` in front of them, as Prometheus renames what a target has, too.
 */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['host', 'host'],
  ['node', 'host'],
  ['nodename', 'host'],
  ['kubernetes_node', 'host'],
  ['instance', 'address'],
  ['container_id', 'container_id'],
  ['id', 'container_id'],
  ['container', 'container'],
  ['container_name', 'container'],
  ['name', 'container'],
  ['image', 'image'],
  ['namespace', 'namespace'],
  ['project', 'namespace'],
  ['container_label_com_docker_compose_project', 'namespace'],
  ['workload', 'workload'],
  ['service', 'workload'],
  ['container_label_com_docker_compose_service', 'workload'],
  ['deployment', 'workload'],
  ['pod', 'pod'],
  ['pod_name', 'pod'],
  ['process', 'process'],
  ['groupname', 'process'],
]);

/** The most telling first: the first that is there finds the candidates, the others must agree. */
const OF_CONTAINERS = ['container_id', 'container', 'pod', 'workload', 'image', 'namespace'] as const;
type OfContainer = (typeof OF_CONTAINERS)[number];

type Named = Partial<Record<Meaning, string>>;

/** What the labels of series that are not ours speak of. */
export class Subjects {
  readonly #containers: Readonly<Record<OfContainer, Map<string, Container[]>>>;
  readonly #workloadOf: (host: string, container: string) => Workload;
  readonly #hosts: ReadonlySet<string>;
  readonly #processes: ReadonlyMap<string, readonly Endpoint[]>;
  readonly #book: AddressBook;

  private constructor(
    containers: Readonly<Record<OfContainer, Map<string, Container[]>>>,
    workloadOf: (host: string, container: string) => Workload,
    hosts: ReadonlySet<string>,
    processes: ReadonlyMap<string, readonly Endpoint[]>,
    book: AddressBook,
  ) {
    this.#containers = containers;
    this.#workloadOf = workloadOf;
    this.#hosts = hosts;
    this.#processes = processes;
    this.#book = book;
  }

  static *read(
    vectors: Vectors,
    containers: ReadonlyMap<string, Container>,
    book: AddressBook,
  ): Steps<Subjects> {
    const workloadOf = yield* readWorkloads(vectors);
    const index = {
      container_id: new Map<string, Container[]>(),
      container: new Map<string, Container[]>(),
      pod: new Map<string, Container[]>(),
      workload: new Map<string, Container[]>(),
      image: new Map<string, Container[]>(),
      namespace: new Map<string, Container[]>(),
    };
    for (const container of containers.values()) {
      for (const meaning of OF_CONTAINERS) {
        for (const name of namesOf(container, meaning, workloadOf(container.host, container.id))) {
          const known = index[meaning].get(name);
          if (known === undefined) {
            index[meaning].set(name, [container]);
          } else {
            known.push(container);
          }
        }
      }
    }
    yield;
    const hosts = new Set<string>();
    for (const source of [vectors.exporters, vectors.hostInfo, vectors.hostAddresses]) {
      yield* eachRow(source, (read) => hosts.add(read('host')));
    }
    const processes = new Map<string, Endpoint[]>();
    for (const source of [vectors.groupProcesses, vectors.processInfo]) {
      yield* eachRow(source, (read) => {
        const end = localEndpoint(read('host'), read('container_id'), read('name'));
        const known = processes.get(read('name'));
        if (known === undefined) {
          processes.set(read('name'), [end]);
        } else {
          known.push(end);
        }
      });
    }
    return new Subjects(index, workloadOf, hosts, processes, book);
  }

  /** Whom the labels name; nobody where they name nothing that is known. `on`: the only labels to look at; empty: all. */
  find(read: Read, labels: Iterable<string>, on: readonly string[] = []): readonly Endpoint[] {
    const named: Named = {};
    const all = [...labels];
    // What the series itself says goes before what its target is called.
    for (const label of [...all.filter(isExported), ...all.filter((name) => !isExported(name))]) {
      const meaning = MEANINGS.get(isExported(label) ? label.slice(EXPORTED.length) : label);
      const value = read(label);
      if (meaning !== undefined && value !== '' && (on.length === 0 || on.includes(label))) {
        named[meaning] ??= meaning === 'container_id' ? shortId(value) : value;
      }
    }
    return this.#find(named);
  }

  /** Who is called so: a container, a workload, a host, or an address. */
  findByName(name: string): readonly Endpoint[] {
    for (const meaning of ['container', 'workload', 'container_id', 'pod', 'image'] as const) {
      const found = this.#containers[meaning].get(name);
      if (found !== undefined) {
        return found.map((container) => localEndpoint(container.host, container.id, ''));
      }
    }
    return this.#hosts.has(name) ? [localEndpoint(name, '', '')] : this.#atAddress(name);
  }

  #find(named: Named): readonly Endpoint[] {
    const { process = '' } = named;
    const first = OF_CONTAINERS.find(
      (meaning) => named[meaning] !== undefined && this.#containers[meaning].has(named[meaning]),
    );
    if (first !== undefined) {
      return (this.#containers[first].get(named[first] ?? '') ?? [])
        .filter((container) => this.#agrees(container, named))
        .map(({ host, id }) => localEndpoint(host, id, process));
    }
    const { host = '' } = named;
    if (process !== '' && this.#processes.has(process)) {
      return (this.#processes.get(process) ?? []).filter(
        (end) => host === '' || ('host' in end && end.host === host),
      );
    }
    if (OF_CONTAINERS.some((meaning) => meaning !== 'namespace' && named[meaning] !== undefined)) {
      // It speaks of a container that is not known: its host is not what is meant.
      return [];
    }
    return this.#hosts.has(host) ? [localEndpoint(host, '', '')] : this.#atAddress(named.address ?? '');
  }

  #agrees(container: Container, named: Named): boolean {
    if (named.host !== undefined && this.#hosts.has(named.host) && named.host !== container.host) {
      return false;
    }
    const workload = this.#workloadOf(container.host, container.id);
    return OF_CONTAINERS.every((meaning) => {
      const name = named[meaning];
      // A word that names nothing here is another one's: a job's `name`, a namespace of somewhere else.
      return (
        name === undefined ||
        !this.#containers[meaning].has(name) ||
        namesOf(container, meaning, workload).includes(name)
      );
    });
  }

  /** `host`, `host:port`, `ip`, `ip:port` or `[ip]:port`. */
  #atAddress(text: string): readonly Endpoint[] {
    const [, bracketed, name = '', port = ''] =
      /^(?:\[([^\]]+)\]|([^:]*|[0-9a-f]*(?::[0-9a-f]*){2,}))(?::(\d+))?$/i.exec(text) ?? [];
    const address = bracketed ?? name;
    if (address === '') {
      return [];
    }
    if (this.#hosts.has(address)) {
      return [localEndpoint(address, '', '')];
    }
    if (this.#book.ip(address).isHostLocal) {
      return [];
    }
    const found = this.#book.find({ ip: address, port, protocol: 'tcp' }, { host: '', container: '' });
    return found === undefined ? [] : [found];
  }
}

const EXPORTED = exportedName('');

function isExported(label: string): boolean {
  return label.startsWith(EXPORTED);
}

function namesOf(container: Container, meaning: OfContainer, workload: Workload): readonly string[] {
  const names = {
    container_id: [container.id],
    container: [container.name],
    pod: [workload.orchestrator === 'kubernetes' ? workload.instance : ''],
    workload: [workload.name, shortName(workload)],
    image: [container.image, container.imageReference],
    namespace: [workload.namespace],
  }[meaning];
  return [...new Set(names)].filter((name) => name !== '');
}

/** Swarm's services carry their stack's name in front. */
function shortName({ namespace, name }: Workload): string {
  return namespace !== '' && name.startsWith(`${namespace}_`) ? name.slice(namespace.length + 1) : name;
}

/** The first twelve digits of an id, also at the end of a cgroup path such as cAdvisor's `/docker/<id>`. */
function shortId(text: string): string {
  const [, id] = /(?:^|[/:-])([0-9a-f]{12,64})(?:\.scope)?$/.exec(text) ?? [];
  return id === undefined ? text : id.slice(0, 12);
}

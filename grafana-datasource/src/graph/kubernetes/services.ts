import { compareText } from '../order';
import type { Steps } from '../steps';
import type { Vectors } from '../vectors';
import type { KubeAddresses } from './kube-addresses';
import { eachKubeRow, type KubeObject, kubeKey, readKubeObjects } from './kube-objects';
import { type Pod, podKey } from './pods';

/** A Kubernetes Service. */
export interface Service {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: KubeObject;
  /** What its endpoints are, sorted; addresses of no known pod are there without one. */
  readonly backends: readonly Backend[];
  /** `port/protocol` of its endpoints, sorted. */
  readonly targetPorts: readonly string[];
}

export interface Backend {
  readonly ip: string;
  readonly pod: Pod | undefined;
  readonly isReady: boolean;
}

interface Endpoints {
  /** By address and pod. */
  readonly backends: Map<string, Backend>;
  readonly ports: Set<string>;
}

/** All Services by `kubeKey`, with what is behind them by Endpoints or by EndpointSlices, whichever there are. */
export function* readServices(
  vectors: Vectors,
  clusterLabel: string,
  pods: ReadonlyMap<string, Pod>,
  addresses: KubeAddresses,
): Steps<ReadonlyMap<string, Service>> {
  const objects = yield* readKubeObjects([vectors.kubeServices], clusterLabel, 'service');
  const sliceOwners = yield* readSliceOwners(vectors, clusterLabel);
  const endpoints = new Map<string, Endpoints>();
  yield* eachKubeRow(vectors.kubeEndpoints, clusterLabel, ({ family, cluster, read }) => {
    const namespace = read('namespace');
    const slice = read('endpointslice');
    const service = slice === '' ? read('endpoint') : sliceOwners(cluster, namespace, slice);
    const key = kubeKey(cluster, namespace, service);
    if (!objects.has(key)) {
      return;
    }
    const found = endpoints.get(key) ?? { backends: new Map<string, Backend>(), ports: new Set<string>() };
    endpoints.set(key, found);
    switch (family) {
      case 'kube_endpoint_address':
        // An address alone tells no pod that shares its node's.
        add(found, {
          ip: read('ip'),
          pod: addresses.podAt(cluster, read('ip'), pods),
          isReady: read('ready') !== 'false',
        });
        return;
      case 'kube_endpointslice_endpoints':
        add(found, {
          ip: read('address'),
          pod:
            read('targetref_kind') === 'Pod'
              ? pods.get(kubeKey(cluster, read('targetref_namespace') || namespace, read('targetref_name')))
              : addresses.podAt(cluster, read('address'), pods),
          isReady: read('ready') !== 'false',
        });
        return;
      case 'kube_endpoint_ports':
      case 'kube_endpointslice_ports':
        found.ports.add(`${read('port_number')}/${read('port_protocol')}`.toLowerCase());
        return;
    }
  });
  const services = new Map<string, Service>();
  for (const [key, object] of objects) {
    if (object.has('kube_service_info')) {
      services.set(key, serviceOf(object, endpoints.get(key)));
    }
  }
  return services;
}

/** What is behind the Service, each pod once; only what is ready where asked. */
export function podsBehind({ backends }: Service, onlyReady = false): readonly Pod[] {
  const pods = new Map<string, Pod>();
  for (const { pod, isReady } of backends) {
    if (pod !== undefined && (isReady || !onlyReady)) {
      pods.set(podKey(pod), pod);
    }
  }
  return [...pods.values()];
}

function serviceOf(object: KubeObject, endpoints: Endpoints | undefined): Service {
  const { cluster, namespace, name } = object;
  const all = [...(endpoints?.backends.values() ?? [])];
  // Endpoints tell an address alone where a slice tells its pod: then it is said already.
  const named = new Set(all.filter(({ pod }) => pod !== undefined).map(({ ip }) => ip));
  const backends = all
    .filter(({ pod, ip }) => pod !== undefined || !named.has(ip))
    .sort((a, b) => compareText(a.ip, b.ip) || compareText(a.pod?.name ?? '', b.pod?.name ?? ''));
  const targetPorts = [...(endpoints?.ports ?? [])].sort(compareText);
  return { cluster, namespace, name, object, backends, targetPorts };
}

function add({ backends }: Endpoints, backend: Backend): void {
  const key = `${backend.ip}\n${backend.pod === undefined ? '' : podKey(backend.pod)}`;
  const known = backends.get(key);
  if (known === undefined || (!known.isReady && backend.isReady)) {
    backends.set(key, backend);
  }
}

/** What Kubernetes adds to a Service's name for a slice's (generateName, of k8s.io/apiserver's names). */
const GENERATED = /-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/** Whose a slice is: by its label where kube-state-metrics exports that, else by its name. */
function* readSliceOwners(
  vectors: Vectors,
  clusterLabel: string,
): Steps<(cluster: string, namespace: string, slice: string) => string> {
  const labelled = new Map<string, string>();
  yield* eachKubeRow(vectors.kubeEndpoints, clusterLabel, ({ family, cluster, read }) => {
    const service = read('label_kubernetes_io_service_name');
    if (family === 'kube_endpointslice_labels' && service !== '') {
      labelled.set(kubeKey(cluster, read('namespace'), read('endpointslice')), service);
    }
  });
  return (cluster, namespace, slice) =>
    labelled.get(kubeKey(cluster, namespace, slice)) ?? slice.replace(GENERATED, '');
}

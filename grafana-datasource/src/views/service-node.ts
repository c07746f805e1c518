import type { KubeObject } from '../graph/kubernetes/kube-objects';
import { podsBehind, type Service } from '../graph/kubernetes/services';
import type { NodeHealth, TopologyNode } from '../graph/topology';
import { fact, few, moment, plural } from './facts';
import {
  controllerRelatives,
  groupOf,
  imageFacts,
  namespaceRelative,
  placeFacts,
  podRelatives,
} from './kube-facts';
import type { KubePlacement } from './kube-placement';

/** The node of a Kubernetes Service, with the sums over the pods behind it. */
export function serviceNode(id: string, service: Service, placement: KubePlacement): TopologyNode {
  const { kubernetes } = placement;
  const { object, backends, targetPorts } = service;
  const pods = podsBehind(service);
  const ready = backends.filter(({ isReady }) => isReady).length;
  const type = object.text('kube_service_spec_type', 'type');
  const addresses = addressesOf(object);
  const controllers = pods.flatMap((pod) => kubernetes.controllers.of(pod) ?? []);
  return {
    id,
    kind: 'service',
    label: service.name,
    sublabel: addresses[0] ?? type,
    group: groupOf(service),
    count: Math.max(1, backends.length),
    health: healthOf(service, type, ready),
    facts: [
      ...placeFacts(service),
      ...fact('kind', 'Kind', 'Service'),
      ...fact('type', 'Type', type),
      ...fact('addresses', addresses.length === 1 ? 'Address' : 'Addresses', ...addresses),
      ...fact('external_name', 'External name', object.text('kube_service_info', 'external_name')),
      ...fact('ports', 'Ports', ...portsOf(object)),
      ...fact('target_ports', 'Ports of its pods', ...targetPorts),
      ...(backends.length === 0
        ? []
        : fact('ready', 'Ready', `${ready} of ${plural(backends.length, 'endpoint')}`)),
      ...fact('endpoints', 'Endpoints', ...few(backends.map(({ ip, pod }) => pod?.name ?? ip))),
      ...moment('created', 'Created', object.number('kube_service_created')),
      ...imageFacts(pods, kubernetes),
    ],
    metrics: placement.metricsOf(pods),
    relatives: [...podRelatives(pods), ...controllerRelatives(controllers), ...namespaceRelative(service)],
  };
}

/** Where no endpoints are told, or the Service has no pods of its own, nothing can be said. */
function healthOf({ backends }: Service, type: string, ready: number): NodeHealth {
  if (type === 'ExternalName' || backends.length === 0) {
    return 'unknown';
  }
  return ready === 0 ? 'critical' : ready < backends.length ? 'warning' : 'ok';
}

function addressesOf(object: KubeObject): readonly string[] {
  const label = (family: string, name: string) => object.texts(family, (read) => read(name));
  const clusterIp = label('kube_service_info', 'cluster_ip');
  return [
    ...clusterIp.map((ip) => (ip === 'None' ? 'none (headless)' : ip)),
    ...label('kube_service_spec_external_ip', 'external_ip'),
    ...label('kube_service_status_load_balancer_ingress', 'ip'),
    ...label('kube_service_status_load_balancer_ingress', 'hostname'),
  ];
}

function portsOf(object: KubeObject): readonly string[] {
  return object.texts('kube_service_ports', (read) => {
    const [number, target, node] = [read('port_number'), read('port_target'), read('port_node_number')];
    const protocol = read('port_protocol').toLowerCase();
    return [
      `${number}/${protocol}`,
      ...(target === '' || target === number ? [] : [`→ ${target}`]),
      ...(node === '' || node === '0' ? [] : [`(node port ${node})`]),
    ].join(' ');
  });
}

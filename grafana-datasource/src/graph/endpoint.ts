/**
 * Who is at one end of a connection. `process` is a process's name, empty where it is not known; what stands for the
 * outside has none.
 */
export type Endpoint =
  | {
      readonly kind: 'container';
      readonly host: string;
      readonly container: string;
      readonly process: string;
    }
  /** On the host, outside containers. */
  | { readonly kind: 'host'; readonly host: string; readonly process: string }
  | { readonly kind: 'internet'; readonly direction: 'inbound' | 'outbound' }
  | {
      readonly kind: 'external';
      readonly name: string;
      /** Of a service that has many DNS names: what they end in. */
      readonly suffixes?: readonly string[];
    }
  /** `host` is empty unless the address means something on that host only. */
  | { readonly kind: 'unmanaged'; readonly host: string; readonly ip: string }
  /** Something on that host, and nobody can tell which of those that have the address. */
  | { readonly kind: 'ambiguous'; readonly host: string; readonly ip: string }
  | { readonly kind: 'overflow'; readonly host: string }
  | KubernetesEndpoint;

/** What Kubernetes tells of an address that no exporter owns: a Service's, or a Node's without an exporter or its pod's. */
export interface KubernetesEndpoint {
  readonly kind: 'service' | 'pod' | 'node';
  /** Empty where clusters are not told apart. */
  readonly cluster: string;
  /** Empty of a Node. */
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
}

/** What no exporter sees, or only as a sum. */
export type OutsideEndpoint = Exclude<Endpoint, { readonly kind: 'container' | 'host' }>;

export function isOutside(endpoint: Endpoint): endpoint is OutsideEndpoint {
  return endpoint.kind !== 'container' && endpoint.kind !== 'host';
}

/** What is on no host that is known, as far as anybody can tell. */
export function isElsewhere(endpoint: Endpoint): endpoint is Exclude<OutsideEndpoint, { kind: 'ambiguous' }> {
  return isOutside(endpoint) && endpoint.kind !== 'ambiguous';
}

/** The end that a row was seen from, or that a row names: a container, or the host where the id is empty. */
export function localEndpoint(host: string, container: string, process: string): Endpoint {
  return container === '' ? { kind: 'host', host, process } : { kind: 'container', host, container, process };
}

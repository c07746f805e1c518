import {
  containerCpuSeconds,
  containerIoBytes,
  containerMemory,
  containerNetworkBytes,
  containerPids,
  containerPressureSeconds,
} from '../contract/container-families.js';
import type { ContainerId, HostName } from '../contract/ids.js';
import { renderLabels, type RenderedLabels } from '../contract/labels.js';
import type { Pressure } from '../kernel/pressure.js';

/** The labels of one container's series, each rendered once: they come again at every scrape. */
export interface ContainerLabels {
  /** Of the families that know nothing but the container. */
  readonly own: RenderedLabels;
  readonly ofMode: (mode: 'user' | 'system') => RenderedLabels;
  readonly ofMemory: (kind: string) => RenderedLabels;
  readonly ofInterface: (name: string) => Readonly<Record<'receive' | 'transmit', RenderedLabels>>;
  readonly ofDevice: (device: string) => Readonly<Record<'read' | 'write', RenderedLabels>>;
  readonly ofPressure: (resource: Pressure['resource']) => Readonly<Record<Pressure['kind'], RenderedLabels>>;
}

export function createContainerLabels(host: HostName, id: ContainerId): ContainerLabels {
  const container = { host, container_id: id };
  return {
    own: renderLabels(containerPids, container),
    ofMode: once((mode) => renderLabels(containerCpuSeconds, { ...container, mode })),
    ofMemory: once((kind) => renderLabels(containerMemory, { ...container, kind })),
    ofInterface: once((name) => {
      const of = (direction: string) =>
        renderLabels(containerNetworkBytes, { ...container, direction, interface: name });
      return { receive: of('receive'), transmit: of('transmit') };
    }),
    ofDevice: once((device) => {
      const of = (direction: string) => renderLabels(containerIoBytes, { ...container, direction, device });
      return { read: of('read'), write: of('write') };
    }),
    ofPressure: once((resource) => {
      const of = (kind: string) => renderLabels(containerPressureSeconds, { ...container, resource, kind });
      return { some: of('some'), full: of('full') };
    }),
  };
}

/** Remembers what is made of each name. */
function once<Name extends string, Made>(make: (name: Name) => Made): (name: Name) => Made {
  const made = new Map<Name, Made>();
  return (name) => {
    let known = made.get(name);
    if (known === undefined) {
      known = make(name);
      made.set(name, known);
    }
    return known;
  };
}

import { imageNames } from './image-reference';
import { eachRow, numbersBy, type Read, textsBy } from './indexes';
import { compareText } from './order';
import type { Steps } from './steps';
import type { NodeHealth } from './topology';
import type { Vectors } from './vectors';

/** A container as its runtime tells it. Texts are empty where the exporter says nothing. */
export interface Container {
  readonly host: string;
  readonly id: string;
  readonly name: string;
  /** The same for all references to one image: see `imageNames`. */
  readonly image: string;
  /** The image as whoever started the container wrote it. */
  readonly imageReference: string;
  readonly imageId: string;
  readonly runtime: string;
  readonly hostname: string;
  readonly command: string;
  readonly state: string;
  readonly healthCheck: string;
}

const STOPPED = new Set(['created', 'exited', 'dead', 'removing']);

/** All containers by `host/container_id`. */
export function* readContainers(vectors: Vectors): Steps<ReadonlyMap<string, Container>> {
  const key = ['host', 'container_id'];
  const states = yield* textsBy(vectors.containerState, key, (read) => read('state'));
  const checks = yield* textsBy(vectors.containerHealth, key, (read) => read('health'));
  const images: [string, string][] = [];
  yield* eachRow(vectors.containerInfo, (read) => images.push([read('image'), read('image_id')]));
  const imageName = imageNames(images);
  const containers = new Map<string, Container>();
  yield* eachRow(vectors.containerInfo, (read) => {
    const id = containerKey(read('host'), read('container_id'));
    const container = {
      ...containerOf(read, states.get(id)?.at(-1) ?? '', checks.get(id)?.at(-1) ?? ''),
      image: imageName(read('image'), read('image_id')),
    };
    const known = containers.get(id);
    if (container.host === '' || container.id === '') {
      return;
    }
    // A renamed container has two series until the old one is stale.
    if (known === undefined || compareText(JSON.stringify(container), JSON.stringify(known)) > 0) {
      containers.set(id, container);
    }
  });
  return containers;
}

/**
 * Tells the containers that an edge still names and their host does not know any more: removed since. Nothing can be
 * said where the host's containers are not read.
 */
export function* departedContainers(vectors: Vectors): Steps<(host: string, container: string) => boolean> {
  const known = new Set<string>();
  yield* eachRow(vectors.containerInfo, (read) =>
    known.add(containerKey(read('host'), read('container_id'))),
  );
  const collectors = yield* numbersBy(vectors.collectors, ['host', 'collector']);
  return (host, container) =>
    collectors.get(`${host}/container`) === 1 && !known.has(containerKey(host, container));
}

export function containerKey(host: string, id: string): string {
  return `${host}/${id}`;
}

/** A container that an edge names and no other series does. */
export function unknownContainer(host: string, id: string): Container {
  const nothing = {
    name: '',
    image: '',
    imageReference: '',
    imageId: '',
    runtime: '',
    hostname: '',
    command: '',
  };
  return { host, id, ...nothing, state: '', healthCheck: '' };
}

/** What a container is called on the screen: its name, or its id where no name is known. */
export function containerLabel({ name, id }: Container): string {
  return name === '' ? id : name;
}

export function isStopped({ state }: Container): boolean {
  return STOPPED.has(state);
}

/** What a container's own state says of it. */
export function healthOf(container: Container): NodeHealth {
  if (isStopped(container)) {
    return container.state === 'dead' ? 'critical' : 'stopped';
  }
  if (container.healthCheck === 'unhealthy') {
    return 'critical';
  }
  if (
    container.state === 'restarting' ||
    container.state === 'paused' ||
    container.healthCheck === 'starting'
  ) {
    return 'warning';
  }
  return container.state === '' ? 'unknown' : 'ok';
}

const WORST_FIRST: readonly NodeHealth[] = ['critical', 'warning', 'ok', 'unknown', 'stopped'];

/** The worst of a group's; stopped members do not make a running group stopped. */
export function worst(healths: readonly NodeHealth[]): NodeHealth {
  return WORST_FIRST.find((health) => healths.includes(health)) ?? 'unknown';
}

function containerOf(read: Read, state: string, healthCheck: string): Omit<Container, 'image'> {
  return {
    host: read('host'),
    id: read('container_id'),
    name: read('name'),
    imageReference: read('image'),
    imageId: read('image_id'),
    runtime: read('runtime'),
    hostname: read('hostname'),
    command: read('command'),
    state,
    healthCheck,
  };
}

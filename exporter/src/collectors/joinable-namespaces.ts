import { NO_CONTAINER, containerId, type ContainerId } from '../contract/ids.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import { networkHostOf, type Container, type Runtime } from '../runtimes/container.js';

/**
 * Which containers may have others in their network namespaces that nobody has seen yet: what is heard from there before
 * a pass may be the others'.
 */
export class JoinableNamespaces {
  private lists: readonly (readonly Container[])[] = [];
  /** By id and by name. */
  private ids: ReadonlyMap<string, ContainerId> = new Map();
  private hosts: ReadonlySet<ContainerId> = new Set();

  constructor(private readonly runtimes: readonly Pick<Runtime, 'containers' | 'isMaking'>[]) {}

  /**
   * Whether the container that lives there alone, as far as is known, may not be alone: others that have joined it may be
   * started again, and, unless `isSettled`, those that are being made may join it.
   */
  mayBeJoined({ soleOccupant }: Pick<TrackedNamespace, 'soleOccupant'>, isSettled: boolean): boolean {
    if (soleOccupant === undefined || soleOccupant === NO_CONTAINER) {
      return false;
    }
    this.learn();
    const isMaking = (): boolean => this.runtimes.some((runtime) => runtime.isMaking?.() === true);
    return this.hosts.has(soleOccupant) || (!isSettled && isMaking());
  }

  /** The container whose namespace it joins. */
  hostOf(container: Pick<Container, 'networkMode'>): ContainerId | undefined {
    this.learn();
    return this.idOfHost(container);
  }

  private learn(): void {
    const lists = this.runtimes.map((runtime) => runtime.containers());
    if (lists.length === this.lists.length && lists.every((list, index) => list === this.lists[index])) {
      return;
    }
    this.lists = lists;
    const all = lists.flat();
    this.ids = new Map([
      ...all.map(({ name, id }) => [name, id] as const),
      ...all.map(({ fullId, id }) => [fullId, id] as const),
    ]);
    this.hosts = new Set(all.flatMap((container) => this.idOfHost(container) ?? []));
  }

  private idOfHost(container: Pick<Container, 'networkMode'>): ContainerId | undefined {
    const host = networkHostOf(container);
    // One that has just started may not be listed yet.
    return host === undefined ? undefined : (this.ids.get(host) ?? containerId(host));
  }
}

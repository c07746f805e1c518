import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { TrackedNamespace } from '../edges/tracked-namespace.js';
import { networkHostOf, type Container, type Runtime } from '../runtimes/container.js';

/**
 * Which containers may have others in their network namespaces that nobody has seen yet: what is heard from there before
 * a pass may be the others'.
 */
export class JoinableNamespaces {
  private lists: readonly (readonly Container[])[] = [];
  private hosts: ReadonlySet<ContainerId> = new Set();

  constructor(private readonly runtimes: readonly Pick<Runtime, 'containers' | 'isMaking'>[]) {}

  /** Whether the container that lives there alone, as far as is known, may not be alone. */
  mayBeJoined({ soleOccupant }: Pick<TrackedNamespace, 'soleOccupant'>): boolean {
    if (soleOccupant === undefined || soleOccupant === NO_CONTAINER) {
      return false;
    }
    this.learn();
    return this.hosts.has(soleOccupant) || this.runtimes.some((runtime) => runtime.isMaking?.() === true);
  }

  /** The container whose namespace it joins. */
  hostOf(container: Container): ContainerId | undefined {
    const host = networkHostOf(container);
    const all = this.runtimes.flatMap((runtime) => runtime.containers());
    return host === undefined
      ? undefined
      : all.find(({ fullId, name }) => fullId === host || name === host)?.id;
  }

  private learn(): void {
    const lists = this.runtimes.map((runtime) => runtime.containers());
    if (lists.length === this.lists.length && lists.every((list, index) => list === this.lists[index])) {
      return;
    }
    this.lists = lists;
    const joining = lists.flat().filter((container) => networkHostOf(container) !== undefined);
    this.hosts = new Set(joining.flatMap((container) => this.hostOf(container) ?? []));
  }
}

import type { OutsideEndpoint } from './endpoint';
import { outsideNode, uncontainedNode } from './outside-nodes';
import type { TopologyNode } from './topology';

/** The nodes of a picture while it is made: one for each id. */
export class NodeSet {
  readonly #nodes = new Map<string, TopologyNode>();
  readonly #showsOutside: boolean;

  constructor({ showsOutside }: { showsOutside: boolean }) {
    this.#showsOutside = showsOutside;
  }

  /** Adds the node unless there is one with its id. Returns the id. */
  add(id: string, make: () => TopologyNode): string {
    if (!this.#nodes.has(id)) {
      this.#nodes.set(id, make());
    }
    return id;
  }

  /** Adds what stands for the outside. Undefined when the outside is hidden. */
  addOutside(endpoint: OutsideEndpoint): string | undefined {
    if (!this.#showsOutside && endpoint.kind !== 'overflow') {
      return undefined;
    }
    const node = outsideNode(endpoint);
    return this.add(node.id, () => node);
  }

  /** Adds what stands for a host's processes outside containers. */
  addUncontained(host: string): string {
    const node = uncontainedNode(host);
    return this.add(node.id, () => node);
  }

  /** Takes out the nodes whose ids are not to be kept. */
  keep(isKept: (id: string) => boolean): void {
    for (const id of this.#nodes.keys()) {
      if (!isKept(id)) {
        this.#nodes.delete(id);
      }
    }
  }

  ids(): Iterable<string> {
    return this.#nodes.keys();
  }

  values(): readonly TopologyNode[] {
    return [...this.#nodes.values()];
  }
}

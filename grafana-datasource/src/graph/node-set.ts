import type { OutsideEndpoint } from './endpoint';
import { nodeId } from './node-id';
import { outsideId, outsideNode, uncontainedNode } from './outside-nodes';
import type { NodeKind, TopologyNode } from './topology';

/** The nodes of a picture while it is made: one for each id. */
export class NodeSet {
  readonly #nodes = new Map<string, TopologyNode>();
  readonly #hidden: ReadonlySet<NodeKind>;
  readonly #uncontained = new Map<string, string>();
  #isClosed = false;

  /** Nodes of the hidden kinds that stand for something else are not added. */
  constructor(hidden: ReadonlySet<NodeKind>) {
    this.#hidden = hidden;
  }

  /** Adds the node unless there is one with its id. Returns the id. */
  add(id: string, make: () => TopologyNode): string {
    if (!this.#isClosed && !this.#nodes.has(id)) {
      this.#nodes.set(id, make());
    }
    return id;
  }

  /** Replaces a node by one that says more. */
  extend(id: string, more: (node: TopologyNode) => TopologyNode): void {
    const node = this.#nodes.get(id);
    if (node !== undefined) {
      this.#nodes.set(id, more(node));
    }
  }

  /** Adds what stands for the outside. Undefined when it is hidden. */
  addOutside(endpoint: OutsideEndpoint): string | undefined {
    return this.#hidden.has(endpoint.kind === 'ambiguous' ? 'unmanaged' : endpoint.kind)
      ? undefined
      : this.add(outsideId(endpoint), () => outsideNode(endpoint));
  }

  /** Adds what stands for a host's processes outside containers. Undefined when it is hidden. */
  addUncontained(host: string): string | undefined {
    if (this.#hidden.has('uncontained')) {
      return undefined;
    }
    let id = this.#uncontained.get(host);
    if (id === undefined) {
      id = nodeId('uncontained', host);
      this.#uncontained.set(host, id);
    }
    return this.add(id, () => uncontainedNode(host));
  }

  /** From now on nothing is added: `add` only names what it would have added. */
  close(): void {
    this.#isClosed = true;
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

  byId(): ReadonlyMap<string, TopologyNode> {
    return this.#nodes;
  }
}

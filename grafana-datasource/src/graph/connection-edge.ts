import type { EdgeLabel } from '@toposcope/exporter/contract/connection-families.js';
import type { Matcher } from '../promql/selector';
import type { Connection } from './connections';
import { edgeExpression } from './edge-expression';
import type { EdgeLink, TopologyEdge, Traffic } from './topology';

/** What the rows of an edge were asked by: the labels that the view wants, and the conditions that every query carries. */
interface ExpressionScope {
  readonly labels: ReadonlySet<EdgeLabel>;
  readonly matchers: readonly Matcher[];
}

/**
 * An edge whose expression is made when it is read: most never are, and all together they are longer than everything
 * else. All edges share one accessor, since engines keep an object with a getter of its own as a dictionary, which takes
 * several times the memory and the time.
 */
export class ConnectionEdge implements TopologyEdge {
  declare readonly expr: string;
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly traffic: Traffic;
  readonly links: readonly EdgeLink[];
  readonly #rows: readonly Connection[];
  readonly #scope: ExpressionScope;

  static readonly #expression: PropertyDescriptor & ThisType<ConnectionEdge> = {
    enumerable: true,
    get() {
      return edgeExpression(this.#rows, this.#scope.labels, this.#scope.matchers);
    },
  };

  constructor(
    { id, source, target, traffic, links }: Omit<TopologyEdge, 'expr'>,
    rows: readonly Connection[],
    scope: ExpressionScope,
  ) {
    this.id = id;
    this.source = source;
    this.target = target;
    this.traffic = traffic;
    this.links = links;
    this.#rows = rows;
    this.#scope = scope;
    // Its own and not the class's, so that a copy of the edge has it, too.
    Object.defineProperty(this, 'expr', ConnectionEdge.#expression);
  }
}

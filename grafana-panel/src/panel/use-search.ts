import { useMemo, useRef } from 'react';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import { evaluate } from '../search/evaluate';
import type { Expression, SearchError } from '../search/expression';
import { parseSearch } from '../search/parse';
import { searchablesOf } from '../search/searchable';

export interface Search {
  /** Of the last search without an error. */
  readonly expression: Expression | undefined;
  readonly error: SearchError | undefined;
  /** Ids of the nodes found; undefined: nothing is searched for. */
  readonly matches: ReadonlySet<string> | undefined;
  /** Fields that are asked for and that no node has, and those that nodes have. */
  readonly unknown: readonly string[];
  readonly known: readonly string[];
}

/** What a search finds; while it is wrong, what the last right one found. */
export function useSearch(topology: Topology | undefined, text: string): Search {
  const parsed = useMemo(() => parseSearch(text), [text]);
  const good = useRef<Expression | undefined>(undefined);
  good.current = parsed.error ? good.current : parsed.expression;
  const expression = good.current;
  const searchables = useMemo(
    () => (topology && expression ? searchablesOf(topology) : []),
    [topology, expression === undefined],
  );
  const result = useMemo(
    () => (topology && expression ? evaluate(expression, searchables, topology.at / 1000) : undefined),
    [expression, searchables],
  );
  return {
    expression,
    error: parsed.error,
    matches: result?.matches,
    unknown: (result?.unknown ?? []).map(({ field }) => field),
    known: [...(result?.known ?? [])].sort(),
  };
}

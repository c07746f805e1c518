import type { Vertex } from './vertex';

/**
 * Turns edges round until no cycle is left: those that a depth-first search, begun at the nodes with the fewest
 * callers, finds leading back to a node on its own path (Sugiyama, Tagawa and Toda 1981, step 1; the search as in
 * Gansner et al., "A Technique for Drawing Directed Graphs", 1993, section 2.1).
 */
export function breakCycles(vertices: readonly Vertex[]): void {
  const state = new Map<Vertex, 'open' | 'closed'>();
  const backward: [Vertex, Vertex][] = [];
  const roots = [...vertices].sort((a, b) => a.before.length - b.before.length || a.index - b.index);
  for (const root of roots) {
    if (state.has(root)) {
      continue;
    }
    state.set(root, 'open');
    const path = [{ vertex: root, rest: root.after.values() }];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done) {
        state.set(top.vertex, 'closed');
        path.pop();
      } else if (state.get(next.value) === 'open') {
        backward.push([top.vertex, next.value]);
      } else if (!state.has(next.value)) {
        state.set(next.value, 'open');
        path.push({ vertex: next.value, rest: next.value.after.values() });
      }
    }
  }
  for (const [from, to] of backward) {
    turnRound(from, to);
  }
}

/** Where the opposite edge exists already, the turned one would only double it. */
function turnRound(from: Vertex, to: Vertex): void {
  from.after = from.after.filter((vertex) => vertex !== to);
  to.before = to.before.filter((vertex) => vertex !== from);
  if (!to.after.includes(from)) {
    to.after.push(from);
    from.before.push(to);
  }
}

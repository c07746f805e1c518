import type { NodeKind } from './topology';

/**
 * The id of a node: its kind and what names it, from the widest to the narrowest. Separators inside the names are
 * escaped, so that different things never share an id; the last name keeps its slashes, since nothing follows it.
 */
export function nodeId(kind: NodeKind, ...names: readonly string[]): string {
  const last = names.length - 1;
  let id = `${kind}:`;
  for (const [index, name] of names.entries()) {
    id += index === last ? escape(name, /[%>]/g) : `${escape(name, /[%>/]/g)}/`;
  }
  return id;
}

/** The id of a host's node in the hosts view. */
export function hostNodeId(host: string): string {
  return nodeId('host', host);
}

export function containerNodeId(host: string, container: string): string {
  return nodeId('container', host, container);
}

export function imageNodeId(image: string): string {
  return nodeId('image', image);
}

export function processNameNodeId(name: string): string {
  return nodeId('process-name', name);
}

export function edgeId(source: string, target: string): string {
  return `${source}>${target}`;
}

function escape(name: string, separators: RegExp): string {
  return name.search(separators) < 0 ? name : name.replace(separators, encodeURIComponent);
}

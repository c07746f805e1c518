/** A container has many edges: what was found for one is found for all. */
export function rememberPlaces(
  place: (host: string, container: string) => string,
): (host: string, container: string) => string {
  const hosts = new Map<string, Map<string, string>>();
  return (host, container) => {
    let known = hosts.get(host);
    if (known === undefined) {
      known = new Map();
      hosts.set(host, known);
    }
    let node = known.get(container);
    if (node === undefined) {
      node = place(host, container);
      known.set(container, node);
    }
    return node;
  };
}

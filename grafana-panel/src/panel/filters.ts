import type { ViewFilter } from 'toposcope-topology-datasource/query';

type Toggle = Exclude<keyof ViewFilter, 'hosts' | 'namespaces' | 'containers'>;

/** What can be shown or hidden, and what the data source does unasked. */
export const TOGGLES: readonly {
  readonly key: Toggle;
  readonly label: string;
  readonly initially: boolean;
}[] = [
  { key: 'running', label: 'Running containers', initially: true },
  { key: 'stopped', label: 'Stopped containers', initially: false },
  { key: 'unconnected', label: 'Nodes without connections', initially: true },
  { key: 'internet', label: 'The Internet', initially: true },
  { key: 'external', label: 'Public services', initially: true },
  { key: 'unmanaged', label: 'Unmonitored addresses', initially: true },
  { key: 'uncontained', label: 'Processes outside containers', initially: true },
];

const NAMESPACE = 'ns:';

export const CONTAINER_CHOICES = [
  { key: 'all', label: 'All containers' },
  { key: 'application', label: 'Application' },
  { key: 'system', label: 'System' },
] as const;

/** The names in the address as what the query asks: `stopped` shows, `-internet` hides, `only:system` and `ns:shop` choose. */
export function filterOf(names: readonly string[]): ViewFilter {
  const filter: { -readonly [Key in keyof ViewFilter]: ViewFilter[Key] } = {};
  const namespaces = namespacesOf(names);
  if (namespaces.length > 0) {
    filter.namespaces = namespaces;
  }
  for (const name of names) {
    const shows = !name.startsWith('-');
    const toggle = TOGGLES.find(({ key }) => key === (shows ? name : name.slice(1)));
    const choice = CONTAINER_CHOICES.find(({ key }) => name === `only:${key}`);
    if (toggle) {
      filter[toggle.key] = shows;
    } else if (choice) {
      filter.containers = choice.key;
    }
  }
  return filter;
}

export function withToggle(names: readonly string[], key: string, shows: boolean): readonly string[] {
  const others = names.filter((name) => name !== key && name !== `-${key}`);
  return [...others, shows ? key : `-${key}`];
}

export function withContainers(names: readonly string[], key: string): readonly string[] {
  return [...names.filter((name) => !name.startsWith('only:')), `only:${key}`];
}

/** The namespaces, projects or stacks that are chosen; empty: all that the query asks for. */
export function namespacesOf(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => (name.startsWith(NAMESPACE) ? [name.slice(NAMESPACE.length)] : []));
}

export function withNamespaces(names: readonly string[], namespaces: readonly string[]): readonly string[] {
  const others = names.filter((name) => !name.startsWith(NAMESPACE));
  return [...others, ...namespaces.map((namespace) => NAMESPACE + namespace)];
}

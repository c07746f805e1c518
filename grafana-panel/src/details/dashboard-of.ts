import type { TopologyNode } from 'toposcope-topology-datasource/graph/topology';

/** The path of the dashboard for one node, with Grafana's variable for the time range; undefined: there is none. */
export function dashboardOf({ id, kind, label, facts, relatives }: TopologyNode): string | undefined {
  const fact = (key: string) => facts.find((candidate) => candidate.key === key)?.values[0];
  const host = relatives.find(({ view }) => view === 'hosts')?.label ?? fact('host');
  return kind === 'host'
    ? pathOf('host', { host: label })
    : kind === 'container'
      ? pathOf('container', { host, container: label })
      : kind === 'workload'
        ? pathOf('workload', { namespace: fact('namespace'), workload: serviceOf(id) })
        : kind === 'process'
          ? pathOf('process', { host, process: fact('name') ?? label })
          : undefined;
}

/** A workload's name as its series carry it: what its id ends with, since the label leaves the stack's name out. */
function serviceOf(id: string): string {
  const [, , , ...name] = id.split('/');
  return decodeURIComponent(name.join('/'));
}

function pathOf(name: string, variables: Readonly<Record<string, string | undefined>>): string {
  const parameters = Object.entries(variables).flatMap(([variable, value]) =>
    value === undefined ? [] : [`&var-${variable}=${encodeURIComponent(value)}`],
  );
  return `/d/toposcope-${name}?\${__url_time_range}${parameters.join('')}`;
}

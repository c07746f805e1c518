import type { TopologyNode } from 'toposcope-topology-datasource/graph/topology';

/** The dashboards of single nodes, by their uids. */
export const DASHBOARDS = ['host', 'container', 'workload', 'process'].map(uidOf);

export interface DashboardLink {
  readonly uid: string;
  /** With Grafana's variable for the time range. */
  readonly path: string;
}

/** The dashboard for one node; undefined: there is none for its kind. */
export function dashboardOf({ id, kind, label, facts, relatives }: TopologyNode): DashboardLink | undefined {
  const fact = (key: string) => facts.find((candidate) => candidate.key === key)?.values[0];
  const host = relatives.find(({ view }) => view === 'hosts')?.label ?? fact('host');
  return kind === 'host'
    ? linkTo('host', { host: label })
    : kind === 'container'
      ? linkTo('container', { host, container: label })
      : kind === 'workload'
        ? linkTo('workload', { namespace: fact('namespace'), workload: serviceOf(id) })
        : kind === 'process'
          ? linkTo('process', { host, process: fact('name') ?? label })
          : undefined;
}

/** A workload's name as its series carry it: what its id ends with, since the label leaves the stack's name out. */
function serviceOf(id: string): string {
  const [, , , ...name] = id.split('/');
  return decodeURIComponent(name.join('/'));
}

function linkTo(name: string, variables: Readonly<Record<string, string | undefined>>): DashboardLink {
  const parameters = Object.entries(variables).flatMap(([variable, value]) =>
    value === undefined ? [] : [`&var-${variable}=${encodeURIComponent(value)}`],
  );
  const uid = uidOf(name);
  return { uid, path: `/d/${uid}?\${__url_time_range}${parameters.join('')}` };
}

function uidOf(name: string): string {
  return `toposcope-${name}`;
}

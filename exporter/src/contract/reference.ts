import { COLLECTORS, type CollectorName, type Family } from './family.js';

const INTRODUCTIONS: Readonly<Record<CollectorName, { title: string; about: string }>> = {
  host: { title: 'Hosts', about: 'One exporter reports on one host.' },
  container: {
    title: 'Containers',
    about: 'Identity comes from the runtime’s API, numbers from the container’s cgroup (v1, v2 or hybrid).',
  },
  process: {
    title: 'Processes',
    about:
      'Kernel threads are left out. A group is all processes of one name in one container: few series that last, for alerts and long ranges.',
  },
  connection: {
    title: 'Connections',
    about:
      'One row for each edge, seen from one end. A client’s row carries the port that it dialled, a server’s row the port that it listens on. A process is named that holds the socket; the server of a connection that ended before anybody could look is who listens on its port, and has no name where that may have been several.',
  },
  self: {
    title: 'The exporter itself',
    about: 'With these come prom-client’s metrics of the process and of Node.js.',
  },
};

/** Writes the reference page of the metrics as Markdown: one section a collector, one table row a family. */
export function referencePage(families: readonly Family[]): string {
  const sections = COLLECTORS.map((collector) =>
    section(
      collector,
      families.filter((family) => family.collector === collector).sort((a, b) => (a.name < b.name ? -1 : 1)),
    ),
  );
  return [
    '# Metrics',
    '',
    'This page is generated from `exporter/src/contract/` by `npm run reference -w exporter`: change the declarations there.',
    '',
    'Every series has the label `host`; Prometheus adds `instance` and `job`. `container_id` is the first 12 hex digits of a container’s id, and empty for what runs outside containers. Names are on `_info` families only, which are always 1: join them by `container_id` or `pid`. A series disappears with the thing that it describes.',
    '',
    ...sections,
  ].join('\n');
}

function section(collector: CollectorName, families: readonly Family[]): string {
  const { title, about } = INTRODUCTIONS[collector];
  return [
    `## ${title}`,
    '',
    `${about} Collector: \`${collector}\`; \`--no-collector.${collector}\` leaves it out.`,
    '',
    '| family | type | labels beside host | meaning | exists | at most |',
    '| --- | --- | --- | --- | --- | --- |',
    ...families.map(row),
    '',
  ].join('\n');
}

function row({ name, type, labels, optionalLabels, help, exists, cap }: Family): string {
  const own = labels.filter((label) => label !== 'host').map((label) => `\`${label}\``);
  const optional = Object.entries(optionalLabels).map(([label, flag]) => `\`${label}\` (with \`${flag}\`)`);
  const names = type === 'summary' ? `\`${name}_sum\`, \`${name}_count\`` : `\`${name}\``;
  return `| ${[names, type, [...own, ...optional].join(', '), help, exists, cap].map(cell).join(' | ')} |`;
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

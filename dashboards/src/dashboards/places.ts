/** The dashboards' uids: they stand in URLs that people keep, and never change. */
export const PLACES = {
  topology: 'toposcope-topology',
  host: 'toposcope-host',
  container: 'toposcope-container',
  workload: 'toposcope-workload',
  process: 'toposcope-process',
  connections: 'toposcope-connections',
  health: 'toposcope-health',
} as const;
export type Place = keyof typeof PLACES;

/** The tag by which the dashboards find each other. */
export const TAG = 'toposcope';

/**
 * The address of a dashboard for a table's row or a series: time range, data source and cluster stay, and each of the
 * variables is set, to `field('…')` or `series('…')`.
 */
export function drillDown(place: Place, variables: Readonly<Record<string, string>>): string {
  const parameters = Object.entries(variables).map(([name, value]) => `var-${name}=${value}`);
  return `/d/${PLACES[place]}?${['${__url_time_range}', '${prometheus:queryparam}', '${cluster:queryparam}', ...parameters].join('&')}`;
}

/** The value of another column in the same row. */
export const field = (name: string) => `\${__data.fields["${name}"]:percentencode}`;

/** A label of the series that was clicked. */
export const label = (name: string) => `\${__field.labels.${name}:percentencode}`;

import { familiesOf } from './family.js';

const { gauge, counter } = familiesOf('self');
const each = 'One for each enabled collector.';

export const exporterBuildInfo = gauge('toposcope_exporter_build_info', {
  help: 'Version of the exporter and of Node.js; always 1.',
  labels: ['version', 'node_version'],
  exists: 'Always.',
});

export const collectorUp = gauge('toposcope_collector_up', {
  help: '1 when the collector’s last run succeeded, 0 when it failed and its families are absent.',
  labels: ['collector'],
  exists: each,
});

export const collectorDuration = gauge('toposcope_collector_duration_seconds', {
  help: 'How long the collector’s last run took.',
  labels: ['collector'],
  exists: each,
});

export const collectorMode = gauge('toposcope_collector_mode_info', {
  help: 'The mechanism that a collector uses on this host (netlink or proc; cgroup v1, v2 or hybrid); always 1.',
  labels: ['collector', 'mode'],
  exists: 'For collectors that have more than one mechanism.',
});

export const seriesDropped = counter('toposcope_series_dropped_total', {
  help: 'Series that a cap kept out of the exposition, by family.',
  labels: ['family'],
  exists: 'One for each family that a cap has cut.',
});

export const series = gauge('toposcope_series', {
  help: 'Series of each family in this exposition.',
  labels: ['family'],
  exists: 'One for each family that has series.',
});

import {
  connectionsUnattributed,
  netlinkEvents,
  netlinkOverruns,
} from '@toposcope/exporter/contract/connection-families.js';
import * as self from '@toposcope/exporter/contract/self-families.js';
import { COMPANION } from '../../promql/companion-families.js';
import { NAMED_AFTER_EXPORTER } from '../../rules/alerts/exporter-down.js';
import { join, onePer } from '../../promql/labels.js';
import { select } from '../../promql/select.js';
import type { Board } from '../board.js';
import { hostOfRow } from '../containers.js';
import { stat } from '../panels/stat.js';
import { table } from '../panels/table.js';
import { timeSeries, type TimeSeries } from '../panels/time-series.js';
import { HERE, rate } from '../targets.js';
import { clusterVariable, hostVariable, prometheusVariable } from '../variables.js';

const empty = 'No exporter of this selection is scraped.';
const TARGET = ['cluster', 'job', 'instance'];

/** Prometheus' and Node.js' own series know the target; which host that is, the exporter's build info tells. */
const ofExporter = (expr: string) =>
  join(`(${expr})`, TARGET, ['host'], onePer(TARGET, select(self.exporterBuildInfo, HERE)));

const chart = (
  spec: Omit<TimeSeries, 'empty' | 'series' | 'width'> & { expr: string; legend?: string; empty?: string },
) =>
  timeSeries({ empty, width: 12, ...spec, series: [{ expr: spec.expr, legend: spec.legend ?? '{{host}}' }] });

const noCompanion = 'No companion is scraped. (It is optional.)';
const of = (name: string) => `${name}{cluster=~"$cluster"}`;

export const healthBoard: Board = {
  place: 'health',
  title: 'Toposcope / Health',
  description: 'Is what we see complete? The exporters and the companion themselves.',
  variables: [prometheusVariable(), clusterVariable(), hostVariable()],
  rows: [
    {
      title: 'Exporters',
      panels: [
        stat({
          title: 'Exporters up',
          description: 'Exporters that answer.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `count(${select(self.exporterBuildInfo, HERE)})`,
        }),
        stat({
          title: 'Exporters down',
          description: 'Targets that were exporters within a day, or whose job says so, and do not answer.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `count(up == 0 and on (cluster, job, instance) (last_over_time(${select(self.exporterBuildInfo, HERE)}[1d]) or up{${NAMED_AFTER_EXPORTER}})) or vector(0)`,
          badFrom: 1,
        }),
        stat({
          title: 'Failing collectors',
          description: 'Collectors whose last run failed: their families are absent.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `count(${select(self.collectorUp, HERE)} == 0) or vector(0)`,
          badFrom: 1,
        }),
        stat({
          title: 'Series',
          description: 'Series that all exporters give to Prometheus.',
          unit: 'short',
          empty,
          width: 4,
          expr: `sum(${select(self.series, HERE)})`,
        }),
        stat({
          title: 'Dropped by caps',
          description: 'Series that caps keep out, each second.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `sum(${rate(select(self.seriesDropped, HERE))}) or vector(0)`,
          warningFrom: 0.001,
        }),
        stat({
          title: 'Event losses',
          description: 'Times in the last hour at which the kernel dropped socket events.',
          unit: 'short',
          empty: '0',
          width: 4,
          expr: `sum(increase(${select(netlinkOverruns, HERE)}[1h])) or vector(0)`,
          warningFrom: 1,
        }),
        table({
          title: 'Exporters',
          description:
            'Version and mechanism of each exporter. Mode proc counts no bytes and misses short connections.',
          unit: 'string',
          empty,
          width: 12,
          height: 8,
          columns: [
            { title: 'Host', label: 'host', link: hostOfRow },
            {
              title: '',
              expr: `group by (host, instance, version, node_version) (${select(self.exporterBuildInfo, HERE)})`,
            },
            { title: 'Version', label: 'version' },
            { title: 'Node.js', label: 'node_version' },
            { title: 'Target', label: 'instance' },
          ],
        }),
        table({
          title: 'Collectors',
          description:
            'Each collector at the end of the time range: whether it works, how, and how long it takes.',
          unit: 'short',
          empty,
          width: 12,
          height: 8,
          sortBy: 'Takes',
          columns: [
            { title: 'Host', label: 'host' },
            { title: 'Collector', label: 'collector' },
            {
              title: 'Up',
              expr: `max by (host, collector) (${select(self.collectorUp, HERE)})`,
              unit: 'bool_yes_no',
              width: 70,
            },
            {
              title: 'Takes',
              expr: `max by (host, collector) (${select(self.collectorDuration, HERE)})`,
              unit: 's',
              width: 100,
            },
            {
              title: '',
              expr: `group by (host, collector, mode) (${select(self.collectorMode, HERE)})`,
            },
            { title: 'Mode', label: 'mode' },
          ],
        }),
      ],
    },
    {
      title: 'Scrapes',
      panels: [
        chart({
          title: 'Scrape duration',
          description: 'How long Prometheus waits for each exporter.',
          unit: 's',
          expr: ofExporter('scrape_duration_seconds'),
        }),
        chart({
          title: 'Collectors',
          description: 'How long the slowest host’s run of each collector takes.',
          unit: 's',
          expr: `max by (collector) (${select(self.collectorDuration, HERE)})`,
          legend: '{{collector}}',
        }),
        chart({
          title: 'Series by family',
          description: 'The ten families with the most series, over all selected hosts.',
          unit: 'short',
          expr: `topk(10, sum by (family) (${select(self.series, HERE)}))`,
          legend: '{{family}}',
        }),
        chart({
          title: 'Series dropped by caps',
          description: 'What a cap keeps out, by family.',
          unit: 'short',
          empty: 'No cap has been reached.',
          expr: `sum by (family, host) (${rate(select(self.seriesDropped, HERE))})`,
          legend: '{{family}} · {{host}}',
        }),
      ],
    },
    {
      title: 'Connection events',
      panels: [
        chart({
          title: 'Events',
          description: 'Netlink messages from the kernel, by kind.',
          unit: 'cps',
          empty: 'No exporter is in netlink mode.',
          expr: `sum by (kind) (${rate(select(netlinkEvents, HERE))})`,
          legend: '{{kind}}',
        }),
        chart({
          title: 'Unattributed connections',
          description: 'Connections that could not be given to a container or process, by reason.',
          unit: 'cps',
          empty: 'Every connection has found its owner.',
          expr: `sum by (reason) (${rate(select(connectionsUnattributed, HERE))})`,
          legend: '{{reason}}',
        }),
      ],
    },
    {
      title: 'What the exporters cost',
      panels: [
        chart({
          title: 'CPU',
          description: 'Processors that each exporter uses.',
          unit: 'percentunit',
          expr: ofExporter(rate('process_cpu_seconds_total')),
        }),
        chart({
          title: 'Memory',
          description: 'Resident memory of each exporter.',
          unit: 'bytes',
          expr: ofExporter('process_resident_memory_bytes'),
        }),
        chart({
          title: 'Event loop delay',
          description: 'How late Node.js comes to its work, 99th percentile. Above 0.1 s, scrapes wait.',
          unit: 's',
          expr: ofExporter('nodejs_eventloop_lag_p99_seconds'),
        }),
        chart({
          title: 'Failures by collector',
          description: 'Collectors that fail, by host.',
          unit: 'short',
          empty: 'No collector fails.',
          expr: `count by (host, collector) (${select(self.collectorUp, HERE)} == 0)`,
          legend: '{{collector}} · {{host}}',
        }),
      ],
    },
    {
      title: 'Companion',
      panels: [
        stat({
          title: 'Gateways down',
          description: 'Targets that were gateways within a day and do not answer.',
          unit: 'short',
          empty: '0',
          width: 6,
          expr: `count(up == 0 and on (cluster, job, instance) last_over_time(${of(COMPANION.policyValid)}[1d])) or vector(0)`,
          badFrom: 1,
        }),
        stat({
          title: 'Agents connected',
          description: 'Tunnels that agents hold open; one that reaches two gateways counts twice.',
          unit: 'short',
          empty: noCompanion,
          width: 6,
          expr: `sum(${COMPANION.tunnels}{cluster=~"$cluster", state="connected"})`,
        }),
        stat({
          title: 'Open terminals',
          description: 'Terminals that people have open now.',
          unit: 'short',
          empty: noCompanion,
          width: 6,
          expr: `sum(${of(COMPANION.sessions)})`,
        }),
        stat({
          title: 'Outdated policies',
          description: 'Gateways that keep an older policy because the file on disk is not valid.',
          unit: 'short',
          empty: '0',
          width: 6,
          expr: `count(${of(COMPANION.policyValid)} == 0) or vector(0)`,
          badFrom: 1,
        }),
        chart({
          title: 'Actions',
          description: 'What people asked for each second, by action and how it ended.',
          unit: 'ops',
          empty: noCompanion,
          expr: `sum by (action, outcome) (${rate(of(COMPANION.actions))})`,
          legend: '{{action}} · {{outcome}}',
        }),
        chart({
          title: 'Duration of actions',
          description:
            'Mean time that each action takes; a terminal or a log that is followed lasts as long as it is open.',
          unit: 's',
          empty: noCompanion,
          expr: `sum by (action) (${rate(of(`${COMPANION.actionSeconds}_sum`))}) / sum by (action) (${rate(of(`${COMPANION.actionSeconds}_count`))} > 0)`,
          legend: '{{action}}',
        }),
        chart({
          title: 'Agents by gateway',
          description: 'Tunnels that are connected to each gateway.',
          unit: 'short',
          empty: noCompanion,
          expr: `${COMPANION.tunnels}{cluster=~"$cluster", state="connected"}`,
          legend: '{{instance}}',
        }),
        chart({
          title: 'Tunnels that come and go',
          description:
            'Tunnels opened, closed and refused each second. A steady rate is an agent that cannot stay.',
          unit: 'ops',
          empty: noCompanion,
          expr: `sum by (event) (${rate(of(COMPANION.tunnelEvents))})`,
          legend: '{{event}}',
        }),
      ],
    },
  ],
};

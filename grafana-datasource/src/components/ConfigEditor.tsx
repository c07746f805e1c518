import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Alert, FieldSet, InlineField, Input } from '@grafana/ui';
import * as React from 'react';
import { prometheusDataSources, scrapeIntervalOf } from '../prometheus/data-sources';
import { DEFAULT_CLUSTER_LABEL, isLabelName } from '../promql/kube-queries';
import { durationSeconds } from '../promql/rate-window';
import type { TopologySecrets, TopologySettings } from '../settings';
import { CompanionEditor } from './CompanionEditor';
import { ConditionsEditor } from './ConditionsEditor';
import { ExternalServicesEditor } from './ExternalServicesEditor';
import { ListInput } from './ListInput';
import { Picker } from './Picker';

type Props = DataSourcePluginOptionsEditorProps<TopologySettings, TopologySecrets>;

const LABEL_WIDTH = 24;

/** Which Prometheus to ask, and which of its series. */
export function ConfigEditor({ options, onOptionsChange }: Props) {
  const {
    prometheusUid,
    scrapeInterval = '',
    conditions = [],
    clusterLabel = '',
    systemContainers = [],
    externalServices = [],
  } = options.jsonData;
  const change = (changes: Partial<TopologySettings>) => {
    onOptionsChange({ ...options, jsonData: { ...options.jsonData, ...changes } });
  };
  const sources = prometheusDataSources().map(({ uid, name, type }) => ({
    value: uid,
    label: name,
    description: type,
  }));
  const isDuration = scrapeInterval === '' || durationSeconds(scrapeInterval) !== undefined;
  return (
    <>
      {sources.length === 0 && (
        <Alert severity="warning" title="This Grafana has no Prometheus data source">
          Add the one whose Prometheus scrapes the exporters, then come back and pick it.
        </Alert>
      )}
      <FieldSet label="Prometheus">
        <InlineField
          label="Data source"
          labelWidth={LABEL_WIDTH}
          tooltip="The Prometheus, Mimir, Thanos or VictoriaMetrics that scrapes the exporters. It is asked with its own settings and rights."
        >
          <Picker
            id="toposcope-prometheus"
            width={40}
            placeholder="Pick one"
            options={sources}
            value={prometheusUid}
            onPick={(value) => change({ prometheusUid: value })}
          />
        </InlineField>
        <InlineField
          label="Scrape interval"
          labelWidth={LABEL_WIDTH}
          tooltip="How often that Prometheus scrapes the exporters. Rates are taken over four scrapes."
          invalid={!isDuration}
          error="A duration such as 15s or 1m"
        >
          <Input
            id="toposcope-scrape-interval"
            width={40}
            placeholder={scrapeIntervalOf(prometheusUid) ?? '15s'}
            value={scrapeInterval}
            onChange={({ currentTarget }) => change({ scrapeInterval: currentTarget.value })}
          />
        </InlineField>
      </FieldSet>
      <FieldSet label="Only series with these labels">
        <ConditionsEditor
          conditions={conditions}
          labelWidth={LABEL_WIDTH}
          onChange={(changed) => change({ conditions: changed })}
        />
      </FieldSet>
      <FieldSet label="Kubernetes">
        <InlineField
          label="Label of the cluster"
          labelWidth={LABEL_WIDTH}
          tooltip="Tells several clusters in one Prometheus apart. The series of kube-state-metrics and of the exporters carry it."
          invalid={clusterLabel !== '' && !isLabelName(clusterLabel)}
          error="The name of a label: letters, digits and _"
        >
          <Input
            id="toposcope-cluster-label"
            width={40}
            placeholder={DEFAULT_CLUSTER_LABEL}
            value={clusterLabel}
            onChange={({ currentTarget }) => change({ clusterLabel: currentTarget.value })}
          />
        </InlineField>
      </FieldSet>
      <FieldSet label="Containers that run the platform">
        <InlineField
          label="Names and images"
          labelWidth={LABEL_WIDTH}
          tooltip="Besides Kubernetes’ and this product’s. * stands for anything, as in */fluent-bit:*. Commas stand between them."
        >
          <ListInput
            id="toposcope-system-containers"
            label="Names and images of the platform’s containers"
            width={40}
            placeholder="*/fluent-bit:*, node-*"
            values={systemContainers}
            onChange={(values) => change({ systemContainers: values })}
          />
        </InlineField>
      </FieldSet>
      <FieldSet label="External services">
        <ExternalServicesEditor
          services={externalServices}
          labelWidth={LABEL_WIDTH}
          onChange={(services) => change({ externalServices: services })}
        />
      </FieldSet>
      <CompanionEditor options={options} labelWidth={LABEL_WIDTH} onOptionsChange={onOptionsChange} />
    </>
  );
}

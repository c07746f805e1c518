import { InlineField, InlineFieldRow, MultiSelect } from '@grafana/ui';
import * as React from 'react';
import type { TopologyDataSource } from '../datasource';
import type { EventKind, EventsQuery } from '../events/events-query';
import { NamesField } from './NamesField';

interface Props {
  readonly datasource: TopologyDataSource;
  readonly query: EventsQuery;
  readonly onChange: (query: EventsQuery) => void;
  readonly onRunQuery: () => void;
}

const KINDS: { value: EventKind; label: string }[] = [
  { value: 'start', label: 'Starts' },
  { value: 'restart', label: 'Restarts' },
  { value: 'stop', label: 'Stops' },
  { value: 'oom', label: 'Out of memory' },
];

/** What happened to which containers. */
export function EventsQueryEditor({ datasource, query, onChange, onRunQuery }: Props) {
  const change = (changes: Partial<EventsQuery>) => {
    onChange({ ...query, ...changes });
    onRunQuery();
  };
  const { refId, kinds = [], hosts, namespaces, containers } = query;
  return (
    <InlineFieldRow>
      <InlineField
        label="Events"
        tooltip="Restarts are those of the runtime’s restart policy. Stops and kills are seen a scrape or, in long time ranges, a step later."
      >
        <MultiSelect
          inputId={`toposcope-events-${refId}`}
          width={32}
          placeholder="all"
          options={KINDS}
          value={KINDS.filter(({ value }) => kinds.includes(value))}
          onChange={(picked) => change({ kinds: picked.flatMap(({ value }) => value ?? []) })}
        />
      </InlineField>
      <NamesField
        id={`toposcope-events-hosts-${refId}`}
        label="Hosts"
        tooltip="Only on these hosts. Variables such as $host are allowed."
        datasource={datasource}
        kind="host"
        chosen={hosts}
        onChange={(chosen) => change({ hosts: chosen })}
      />
      <NamesField
        id={`toposcope-events-namespaces-${refId}`}
        label="Namespaces"
        tooltip="Only of these projects, stacks or namespaces. Variables such as $namespace are allowed."
        datasource={datasource}
        kind="namespace"
        chosen={namespaces}
        onChange={(chosen) => change({ namespaces: chosen })}
      />
      <NamesField
        id={`toposcope-events-containers-${refId}`}
        label="Containers"
        tooltip="Only of containers of these names. Variables such as $container are allowed."
        datasource={datasource}
        kind="container"
        chosen={containers}
        onChange={(chosen) => change({ containers: chosen })}
      />
    </InlineFieldRow>
  );
}

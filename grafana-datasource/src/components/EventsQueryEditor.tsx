import type { TimeRange } from '@grafana/data';
import { InlineField, InlineFieldRow, MultiSelect } from '@grafana/ui';
import * as React from 'react';
import type { TopologyDataSource } from '../datasource';
import type { EventKind, EventsQuery } from '../events/events-query';
import { NamesFields } from './NamesFields';

interface Props {
  readonly datasource: TopologyDataSource;
  readonly range: TimeRange | undefined;
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
export function EventsQueryEditor({ datasource, range, query, onChange, onRunQuery }: Props) {
  const change = (changes: Partial<EventsQuery>) => {
    onChange({ ...query, ...changes });
    onRunQuery();
  };
  const { refId, kinds = [] } = query;
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
      <NamesFields
        datasource={datasource}
        range={range}
        refId={refId}
        fields={['hosts', 'namespaces', 'containers']}
        chosen={query}
        onChange={change}
      />
    </InlineFieldRow>
  );
}

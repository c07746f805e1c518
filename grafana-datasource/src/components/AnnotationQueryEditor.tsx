import type { QueryEditorProps } from '@grafana/data';
import * as React from 'react';
import type { TopologyDataSource } from '../datasource';
import { asEventsQuery } from '../events/events-query';
import { asTopologyQuery, type TopologyQuery, type TopologySettings } from '../settings';
import { EventsQueryEditor } from './EventsQueryEditor';

type Props = QueryEditorProps<TopologyDataSource, TopologyQuery, TopologySettings>;

/** What of containers is marked on the dashboard’s charts. */
export function AnnotationQueryEditor({ datasource, range, query, onChange, onRunQuery }: Props) {
  const { refId, datasource: reference } = query;
  return (
    <EventsQueryEditor
      datasource={datasource}
      range={range}
      query={asEventsQuery(query) ?? { refId, datasource: reference, queryType: 'events' }}
      onChange={(changed) => onChange(asTopologyQuery(changed))}
      onRunQuery={onRunQuery}
    />
  );
}

import type { QueryEditorProps } from '@grafana/data';
import { RadioButtonGroup } from '@grafana/ui';
import * as React from 'react';
import type { TopologyDataSource } from '../datasource';
import { asEventsQuery, type EventsQuery } from '../events/events-query';
import { asLogsQuery, type LogsQuery } from '../logs/logs-query';
import { asTopologyQuery, type TopologyQuery, type TopologySettings } from '../settings';
import { EventsQueryEditor } from './EventsQueryEditor';
import { LogsQueryEditor } from './LogsQueryEditor';
import { QueryEditor } from './QueryEditor';

type Props = QueryEditorProps<TopologyDataSource, TopologyQuery, TopologySettings>;

type Kind = 'topology' | 'events' | 'logs';

const KINDS: { value: Kind; label: string }[] = [
  { value: 'topology', label: 'Topology' },
  { value: 'events', label: 'Container events' },
  { value: 'logs', label: 'Container log' },
];

/** The editor of a topology, of what happened to containers, or, where there is a companion, of a container's log. */
export function EitherQueryEditor(props: Props) {
  const { query, datasource, range, onChange, onRunQuery } = props;
  const { companion } = datasource;
  const logs = asLogsQuery(query);
  const events = asEventsQuery(query);
  const change = (changed: LogsQuery | EventsQuery) => onChange(asTopologyQuery(changed));
  const pick = (kind: Kind) => {
    const { refId, datasource: reference } = query;
    if (kind === 'logs') {
      change({ refId, datasource: reference, queryType: 'logs', host: '', container: '' });
      return;
    }
    if (kind === 'events') {
      change({ refId, datasource: reference, queryType: 'events' });
    } else {
      onChange({ refId, datasource: reference, queryType: 'topology', view: 'containers' });
    }
    onRunQuery();
  };
  return (
    <>
      <div style={{ marginBottom: 8 }}>
        <RadioButtonGroup
          size="sm"
          aria-label="What to ask for"
          options={KINDS.filter(({ value }) => value !== 'logs' || companion !== undefined)}
          value={logs ? 'logs' : events ? 'events' : 'topology'}
          onChange={pick}
        />
      </div>
      {logs && companion ? (
        <LogsQueryEditor companion={companion} query={logs} onChange={change} onRunQuery={onRunQuery} />
      ) : events ? (
        <EventsQueryEditor
          datasource={datasource}
          range={range}
          query={events}
          onChange={change}
          onRunQuery={onRunQuery}
        />
      ) : (
        <QueryEditor {...props} />
      )}
    </>
  );
}

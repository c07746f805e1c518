import type { QueryEditorProps } from '@grafana/data';
import { RadioButtonGroup } from '@grafana/ui';
import * as React from 'react';
import type { TopologyDataSource } from '../datasource';
import { asLogsQuery, type LogsQuery } from '../logs/logs-query';
import type { TopologyQuery, TopologySettings } from '../settings';
import { LogsQueryEditor } from './LogsQueryEditor';
import { QueryEditor } from './QueryEditor';

type Props = QueryEditorProps<TopologyDataSource, TopologyQuery, TopologySettings>;

const KINDS = [
  { value: 'topology', label: 'Topology' },
  { value: 'logs', label: 'Container log' },
] as const;

/** The editor of a topology, or of a container's log where there is a companion to ask for it. */
export function EitherQueryEditor(props: Props) {
  const { query, datasource, onChange, onRunQuery } = props;
  const { companion } = datasource;
  const logs = asLogsQuery(query);
  if (companion === undefined) {
    return <QueryEditor {...props} />;
  }
  const change = (changed: LogsQuery) => onChange(changed as unknown as TopologyQuery);
  const pick = (kind: (typeof KINDS)[number]['value']) => {
    const { refId, datasource: reference } = query;
    if (kind === 'logs') {
      change({ refId, datasource: reference, queryType: 'logs', host: '', container: '' });
    } else {
      onChange({ refId, datasource: reference, queryType: 'topology', view: 'containers' });
    }
  };
  return (
    <>
      <div style={{ marginBottom: 8 }}>
        <RadioButtonGroup
          size="sm"
          aria-label="What to ask for"
          options={[...KINDS]}
          value={logs ? 'logs' : 'topology'}
          onChange={pick}
        />
      </div>
      {logs ? (
        <LogsQueryEditor companion={companion} query={logs} onChange={change} onRunQuery={onRunQuery} />
      ) : (
        <QueryEditor {...props} />
      )}
    </>
  );
}

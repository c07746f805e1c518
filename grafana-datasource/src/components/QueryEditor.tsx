import type { QueryEditorProps } from '@grafana/data';
import { Alert, InlineField, InlineFieldRow } from '@grafana/ui';
import * as React from 'react';
import type { TopologyDataSource } from '../datasource';
import { VIEW_NAMES } from '../graph/topology';
import type { TopologySpec } from '../query';
import type { TopologyQuery, TopologySettings } from '../settings';
import { LeftOutField } from './LeftOutField';
import { MomentEditor } from './MomentEditor';
import { NamesFields } from './NamesFields';
import { OverlaysEditor } from './OverlaysEditor';
import { OwnViewEditor } from './OwnViewEditor';
import { Picker } from './Picker';

type Props = QueryEditorProps<TopologyDataSource, TopologyQuery, TopologySettings>;

const VIEWS = Object.entries(VIEW_NAMES).map(([value, label]) => ({ value, label }));

const ROLES: { value: 'all' | 'application' | 'system'; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'application', label: 'Without the platform’s' },
  { value: 'system', label: 'The platform’s' },
];

const FORMATS: { value: 'graph' | 'table'; label: string }[] = [
  { value: 'graph', label: 'Graph' },
  { value: 'table', label: 'Tables' },
];

type State = 'running' | 'stopped' | 'both';
const STATES: { value: State; label: string }[] = [
  { value: 'running', label: 'That run' },
  { value: 'stopped', label: 'That do not run' },
  { value: 'both', label: 'Running or not' },
];

/** One topology query: a view, and what to leave out. */
export function QueryEditor({ query, onChange, onRunQuery, datasource, range }: Props) {
  if (query.queryType === 'range') {
    return <Alert severity="info" title="This query was made by the topology panel, for a chart." />;
  }
  const change = (changes: Partial<TopologySpec>) => {
    onChange({ ...query, ...changes, queryType: 'topology' });
    onRunQuery();
  };
  const type = (changes: Partial<TopologySpec>) => {
    onChange({ ...query, ...changes, queryType: 'topology' });
  };
  const {
    view = 'containers',
    overlays = [],
    containers = 'all',
    format = 'graph',
    running = true,
    stopped = false,
  } = query as Partial<TopologySpec>;
  return (
    <>
      <InlineFieldRow>
        <InlineField label="View" tooltip="A view, or a dashboard variable that holds one, such as $view.">
          <Picker
            id={`toposcope-view-${query.refId}`}
            width={26}
            allowsTyping
            options={VIEWS}
            value={view}
            onPick={(value) => change({ view: value })}
          />
        </InlineField>
        <NamesFields
          datasource={datasource}
          range={range}
          refId={query.refId}
          fields={['hosts', 'namespaces']}
          chosen={query}
          besides=", and whom it talks to"
          onChange={change}
        />
      </InlineFieldRow>
      <InlineFieldRow>
        <InlineField
          label="Containers"
          tooltip="The platform’s are Kubernetes’, this product’s, and those that the data source’s settings name."
        >
          <Picker
            id={`toposcope-containers-${query.refId}`}
            width={26}
            options={ROLES}
            value={containers}
            onPick={(value) => change({ containers: value })}
          />
        </InlineField>
        <InlineField label="State" tooltip="Containers that run, that were created or have ended, or both.">
          <Picker
            id={`toposcope-state-${query.refId}`}
            width={20}
            options={STATES}
            value={running ? (stopped ? 'both' : 'running') : 'stopped'}
            onPick={(state) => change({ running: state !== 'stopped', stopped: state !== 'running' })}
          />
        </InlineField>
        <LeftOutField
          id={`toposcope-left-out-${query.refId}`}
          query={query}
          onChange={(parts) => change(parts)}
        />
        <InlineField
          label="Format"
          tooltip="A graph for the topology panel and Grafana’s own; tables for its table panel. Explore shows both."
        >
          <Picker
            id={`toposcope-format-${query.refId}`}
            width={12}
            options={FORMATS}
            value={format}
            onPick={(value) => change({ format: value })}
          />
        </InlineField>
      </InlineFieldRow>
      <MomentEditor query={query} onChange={type} onDone={onRunQuery} />
      <OwnViewEditor query={query} onChange={type} onDone={onRunQuery} />
      <OverlaysEditor
        refId={query.refId}
        overlays={overlays}
        onChange={(changed) => type({ overlays: changed })}
        onDone={onRunQuery}
      />
    </>
  );
}

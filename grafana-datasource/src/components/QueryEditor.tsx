import type { QueryEditorProps } from '@grafana/data';
import { Alert, InlineField, InlineFieldRow, InlineSwitch, MultiSelect } from '@grafana/ui';
import * as React from 'react';
import type { TopologyDataSource } from '../datasource';
import { VIEW_NAMES } from '../graph/topology';
import { messageOf } from '../prometheus/error-message';
import type { TopologySpec } from '../query';
import type { TopologyQuery, TopologySettings } from '../settings';
import { MomentEditor } from './MomentEditor';
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

const SWITCHES = [
  { key: 'stopped', label: 'Stopped', preset: false, tooltip: 'Show containers that do not run.' },
  { key: 'unconnected', label: 'Unconnected', preset: true, tooltip: 'Show what has no connection.' },
  {
    key: 'outside',
    label: 'Outside',
    preset: true,
    tooltip: 'Show the Internet, external services and addresses without an exporter.',
  },
] as const;

/** One topology query: a view, and what to leave out. */
export function QueryEditor({ query, onChange, onRunQuery, datasource }: Props) {
  const hosts = useHosts(datasource);
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
  const { view = 'containers', overlays = [], containers = 'all' } = query as Partial<TopologySpec>;
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
        <InlineField
          label="Hosts"
          tooltip="Show only what is on these hosts, and whom it talks to. Variables such as $host are allowed."
        >
          <MultiSelect
            inputId={`toposcope-hosts-${query.refId}`}
            width={32}
            allowCustomValue
            placeholder="all"
            noOptionsMessage={hosts.failure ?? 'No host is known: type a name'}
            options={hosts.names.map(option)}
            value={(query.hosts ?? []).map(option)}
            onChange={(chosen) => change({ hosts: chosen.flatMap(({ value }) => value ?? []) })}
          />
        </InlineField>
        {SWITCHES.map(({ key, label, preset, tooltip }) => (
          <InlineField key={key} label={label} tooltip={tooltip}>
            <InlineSwitch
              id={`toposcope-${key}-${query.refId}`}
              value={query[key] ?? preset}
              onChange={({ currentTarget }) => change({ [key]: currentTarget.checked })}
            />
          </InlineField>
        ))}
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
        <InlineField
          label="Namespaces"
          tooltip="Show only these projects, stacks or namespaces, and whom they talk to. Variables such as $namespace are allowed."
        >
          <MultiSelect
            inputId={`toposcope-namespaces-${query.refId}`}
            width={32}
            allowCustomValue
            placeholder="all"
            options={[]}
            value={(query.namespaces ?? []).map(option)}
            onChange={(chosen) => change({ namespaces: chosen.flatMap(({ value }) => value ?? []) })}
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

interface Hosts {
  readonly names: readonly string[];
  readonly failure: string | undefined;
}

/** The hosts to choose from; names can be typed when they cannot be had. */
function useHosts(datasource: TopologyDataSource): Hosts {
  const [hosts, setHosts] = React.useState<Hosts>({ names: [], failure: undefined });
  React.useEffect(() => {
    let current = true;
    const show = (state: Hosts) => {
      if (current) {
        setHosts(state);
      }
    };
    datasource.variableValues('host').then(
      (values) => show({ names: values.map(({ text }) => text), failure: undefined }),
      (error: unknown) => show({ names: [], failure: messageOf(error) }),
    );
    return () => {
      current = false;
    };
  }, [datasource]);
  return hosts;
}

function option(value: string) {
  return { value, label: value };
}

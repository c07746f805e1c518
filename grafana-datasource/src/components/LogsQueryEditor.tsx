import { InlineField, InlineFieldRow, InlineSwitch, Input } from '@grafana/ui';
import * as React from 'react';
import type { CompanionClient } from '../companion/companion-client';
import type { LogsQuery } from '../logs/logs-query';
import { messageOf } from '../prometheus/error-message';
import { Picker } from './Picker';

interface Props {
  readonly companion: CompanionClient;
  readonly query: LogsQuery;
  readonly onChange: (query: LogsQuery) => void;
  readonly onRunQuery: () => void;
}

const STREAMS = [
  { value: 'both', label: 'Both' },
  { value: 'stdout', label: 'stdout' },
  { value: 'stderr', label: 'stderr' },
] as const;

/** Which container's log, and which of its lines. */
export function LogsQueryEditor({ companion, query, onChange, onRunQuery }: Props) {
  const hosts = useNames(() => companion.hosts(), [companion]);
  const containers = useNames(
    () => (query.host === '' ? Promise.resolve([]) : companion.containers(query.host)),
    [companion, query.host],
  );
  return (
    <InlineFieldRow>
      <InlineField label="Host" invalid={hosts.failure !== undefined} error={hosts.failure}>
        <Picker
          id={`toposcope-log-host-${query.refId}`}
          width={24}
          allowsTyping
          placeholder="Pick one"
          options={hosts.options}
          value={query.host === '' ? undefined : query.host}
          onPick={(host) => onChange({ ...query, host, container: '' })}
        />
      </InlineField>
      <InlineField label="Container" invalid={containers.failure !== undefined} error={containers.failure}>
        <Picker
          id={`toposcope-log-container-${query.refId}`}
          width={32}
          allowsTyping
          placeholder="Pick one"
          options={containers.options}
          value={query.container === '' ? undefined : query.container}
          onPick={(container) => {
            onChange({ ...query, container });
            onRunQuery();
          }}
        />
      </InlineField>
      <InlineField label="Stream">
        <Picker
          id={`toposcope-log-stream-${query.refId}`}
          width={12}
          options={[...STREAMS]}
          value={query.stream ?? 'both'}
          onPick={(stream) => onChange({ ...query, stream: stream === 'both' ? undefined : stream })}
        />
      </InlineField>
      <InlineField
        label="Line contains"
        tooltip="Or matches, in RE2 syntax, when “regular expression” is on."
      >
        <Input
          aria-label="Line contains"
          width={24}
          maxLength={256}
          value={query.filter ?? ''}
          onChange={({ currentTarget }) => onChange({ ...query, filter: currentTarget.value })}
          onBlur={onRunQuery}
        />
      </InlineField>
      <InlineField label="Regular expression">
        <InlineSwitch
          id={`toposcope-log-regex-${query.refId}`}
          value={query.isRegex ?? false}
          onChange={({ currentTarget }) => onChange({ ...query, isRegex: currentTarget.checked })}
        />
      </InlineField>
    </InlineFieldRow>
  );
}

interface Names {
  readonly options: { value: string; label: string }[];
  readonly failure: string | undefined;
}

/** The names to choose from; they can be typed when they cannot be had. */
function useNames(
  load: () => Promise<readonly { readonly name: string }[]>,
  reasons: readonly unknown[],
): Names {
  const [names, setNames] = React.useState<Names>({ options: [], failure: undefined });
  React.useEffect(() => {
    let current = true;
    load().then(
      (found) => {
        if (current) {
          setNames({ options: found.map(({ name }) => ({ value: name, label: name })), failure: undefined });
        }
      },
      (error: unknown) => {
        if (current) {
          setNames({ options: [], failure: messageOf(error) });
        }
      },
    );
    return () => {
      current = false;
    };
  }, reasons);
  return names;
}

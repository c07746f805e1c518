import { InlineField, InlineFieldRow, InlineSwitch, Input } from '@grafana/ui';
import * as React from 'react';
import type { CompanionClient } from '../companion/companion-client';
import type { LogsQuery } from '../logs/logs-query';
import { Picker } from './Picker';
import { type Names, useNames } from './use-names';

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
  const hosts = useNames(async () => namesOf(await companion.hosts()), [companion]);
  const containers = useNames(
    async () => (query.host === '' ? [] : namesOf(await companion.containers(query.host))),
    [companion, query.host],
  );
  return (
    <InlineFieldRow>
      <NameField
        label="Host"
        id={`toposcope-log-host-${query.refId}`}
        found={hosts}
        value={query.host}
        onPick={(host) => onChange({ ...query, host, container: '' })}
      />
      <NameField
        label="Container"
        id={`toposcope-log-container-${query.refId}`}
        found={containers}
        value={query.container}
        onPick={(container) => {
          onChange({ ...query, container });
          onRunQuery();
        }}
      />
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

interface NameFieldProps {
  readonly label: string;
  readonly id: string;
  readonly found: Names;
  readonly value: string;
  readonly onPick: (name: string) => void;
}

/** One name, of those that the companion knows or typed. */
function NameField({ label, id, found, value, onPick }: NameFieldProps) {
  return (
    <InlineField label={label} invalid={found.failure !== undefined} error={found.failure}>
      <Picker
        id={id}
        width={28}
        allowsTyping
        placeholder="Pick one"
        options={found.names.map((name) => ({ value: name, label: name }))}
        value={value === '' ? undefined : value}
        onPick={onPick}
      />
    </InlineField>
  );
}

function namesOf(named: readonly { readonly name: string }[]): readonly string[] {
  return named.map(({ name }) => name);
}

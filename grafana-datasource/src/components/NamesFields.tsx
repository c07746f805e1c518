import type { TimeRange } from '@grafana/data';
import { InlineField, MultiSelect } from '@grafana/ui';
import * as React from 'react';
import type { TopologyDataSource } from '../datasource';
import type { VariableKind } from '../variables/variable-kinds';
import { useNames } from './use-names';

/** What can be chosen by names, and the dashboard variable that commonly holds them. */
const FIELDS = {
  hosts: { kind: 'host', label: 'Hosts', only: 'what is on these hosts', variable: '$host' },
  namespaces: {
    ...{ kind: 'namespace', label: 'Namespaces', variable: '$namespace' },
    only: 'what is in these namespaces, projects or stacks',
  },
  containers: {
    ...{ kind: 'container', label: 'Containers', variable: '$container' },
    only: 'containers of these names',
  },
} as const satisfies Record<string, { kind: VariableKind; label: string; only: string; variable: string }>;
type Field = keyof typeof FIELDS;

interface Props<Shown extends Field> {
  readonly datasource: TopologyDataSource;
  /** The dashboard's: names of that time are offered. */
  readonly range: TimeRange | undefined;
  readonly refId: string;
  readonly fields: readonly Shown[];
  readonly chosen: Partial<Readonly<Record<Shown, readonly string[]>>>;
  /** What is shown besides, such as `and whom it talks to`. */
  readonly besides?: string;
  readonly onChange: (chosen: Partial<Record<Shown, readonly string[]>>) => void;
}

/** Fields that choose several names each; none stands for all. */
export function NamesFields<Shown extends Field>(props: Props<Shown>) {
  const { fields, chosen, besides = '', onChange, ...rest } = props;
  return fields.map((field) => (
    <NamesField
      key={field}
      field={field}
      chosen={chosen[field] ?? []}
      besides={besides}
      onChange={(names) => onChange({ [field]: names } as Partial<Record<Shown, readonly string[]>>)}
      {...rest}
    />
  ));
}

interface FieldProps extends Pick<Props<Field>, 'datasource' | 'range' | 'refId'> {
  readonly field: Field;
  readonly chosen: readonly string[];
  readonly besides: string;
  readonly onChange: (names: readonly string[]) => void;
}

/** Names that there are, or typed ones, such as a dashboard variable. */
function NamesField({ datasource, range, refId, field, chosen, besides, onChange }: FieldProps) {
  const { kind, label, only, variable } = FIELDS[field];
  const { names, failure } = useNames(
    async () => (await datasource.variableValues(kind, range && { range })).map(({ text }) => text),
    [datasource, kind, String(range?.raw.from), String(range?.raw.to)],
  );
  return (
    <InlineField label={label} tooltip={`Only ${only}${besides}. Variables such as ${variable} are allowed.`}>
      <MultiSelect
        inputId={`toposcope-${field}-${refId}`}
        width={32}
        allowCustomValue
        placeholder="all"
        noOptionsMessage={failure ?? 'None is known: type a name'}
        options={names.map(option)}
        value={chosen.map(option)}
        onChange={(picked) => onChange(picked.flatMap(({ value }) => value ?? []))}
      />
    </InlineField>
  );
}

function option(value: string) {
  return { value, label: value };
}

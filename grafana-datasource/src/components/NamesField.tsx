import { InlineField, MultiSelect } from '@grafana/ui';
import * as React from 'react';
import type { TopologyDataSource } from '../datasource';
import type { VariableKind } from '../variables/variable-kinds';
import { useNames } from './use-names';

interface Props {
  readonly id: string;
  readonly label: string;
  readonly tooltip: string;
  readonly datasource: TopologyDataSource;
  /** What the names are of. */
  readonly kind: VariableKind;
  readonly chosen: readonly string[] | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Several names, of those that there are now or typed, such as a dashboard variable; none stands for all. */
export function NamesField({ id, label, tooltip, datasource, kind, chosen = [], onChange }: Props) {
  const { names, failure } = useNames(
    async () => (await datasource.variableValues(kind)).map(({ text }) => text),
    [datasource, kind],
  );
  return (
    <InlineField label={label} tooltip={tooltip}>
      <MultiSelect
        inputId={id}
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

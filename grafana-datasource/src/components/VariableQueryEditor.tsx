import type { QueryEditorProps } from '@grafana/data';
import { InlineField } from '@grafana/ui';
import * as React from 'react';
import type { TopologyDataSource } from '../datasource';
import type { TopologyQuery, TopologySettings, VariableQuery } from '../settings';
import { VARIABLE_KINDS, type VariableKind } from '../variables/variable-kinds';
import { Picker } from './Picker';

type Props = QueryEditorProps<TopologyDataSource, TopologyQuery, TopologySettings, VariableQuery>;

const OPTIONS = (Object.keys(VARIABLE_KINDS) as VariableKind[]).map((value) => ({
  value,
  label: VARIABLE_KINDS[value].label,
}));

/** What a dashboard variable lists. */
export function VariableQueryEditor({ query, onChange }: Props) {
  return (
    <InlineField
      label="List"
      labelWidth={12}
      tooltip="The variable offers the names that there are or were within the dashboard’s time range."
    >
      <Picker
        id="toposcope-variable-kind"
        width={32}
        options={OPTIONS}
        value={query.kind}
        onPick={(kind) => {
          onChange({ ...query, refId: 'variable', kind });
        }}
      />
    </InlineField>
  );
}

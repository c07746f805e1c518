import * as React from 'react';
import type { Condition } from '../settings';
import { Rows } from './Rows';
import { TextField } from './TextField';

interface Props {
  readonly conditions: readonly Condition[];
  readonly labelWidth: number;
  readonly onChange: (conditions: readonly Condition[]) => void;
}

/** A row a label that every series must carry, such as the cluster's. */
export function ConditionsEditor({ conditions, labelWidth, onChange }: Props) {
  return (
    <Rows rows={conditions} what="label" empty={{ label: '', value: '' }} onChange={onChange}>
      {({ label, value }, change, number) => (
        <>
          <TextField
            label="Label"
            name={`Label ${number}`}
            labelWidth={labelWidth}
            width={20}
            placeholder="cluster"
            value={label}
            onChange={(text) => change({ label: text })}
          />
          <TextField
            label="is"
            name={`Value ${number}`}
            width={20}
            placeholder="production"
            value={value}
            onChange={(text) => change({ value: text })}
          />
        </>
      )}
    </Rows>
  );
}

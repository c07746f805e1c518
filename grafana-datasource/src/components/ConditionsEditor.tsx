import { InlineField, Input } from '@grafana/ui';
import * as React from 'react';
import type { Condition } from '../settings';
import { Rows } from './Rows';

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
          <InlineField label="Label" labelWidth={labelWidth}>
            <Input
              aria-label={`Label ${number}`}
              width={20}
              placeholder="cluster"
              value={label}
              onChange={({ currentTarget }) => change({ label: currentTarget.value })}
            />
          </InlineField>
          <InlineField label="is">
            <Input
              aria-label={`Value ${number}`}
              width={20}
              placeholder="production"
              value={value}
              onChange={({ currentTarget }) => change({ value: currentTarget.value })}
            />
          </InlineField>
        </>
      )}
    </Rows>
  );
}

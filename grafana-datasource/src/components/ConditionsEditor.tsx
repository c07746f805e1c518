import { Button, IconButton, InlineField, InlineFieldRow, Input } from '@grafana/ui';
import * as React from 'react';
import type { Condition } from '../settings';

interface Props {
  readonly conditions: readonly Condition[];
  readonly labelWidth: number;
  readonly onChange: (conditions: readonly Condition[]) => void;
}

/** A row a label that every series must carry, such as the cluster's. */
export function ConditionsEditor({ conditions, labelWidth, onChange }: Props) {
  const replace = (index: number, ...by: readonly Condition[]) => {
    onChange(conditions.toSpliced(index, 1, ...by));
  };
  return (
    <>
      {conditions.map((condition, index) => (
        <InlineFieldRow key={index}>
          <InlineField label="Label" labelWidth={labelWidth}>
            <Input
              aria-label={`Label ${index + 1}`}
              width={20}
              placeholder="cluster"
              value={condition.label}
              onChange={({ currentTarget }) => replace(index, { ...condition, label: currentTarget.value })}
            />
          </InlineField>
          <InlineField label="is">
            <Input
              aria-label={`Value ${index + 1}`}
              width={20}
              placeholder="production"
              value={condition.value}
              onChange={({ currentTarget }) => replace(index, { ...condition, value: currentTarget.value })}
            />
          </InlineField>
          <IconButton
            name="trash-alt"
            tooltip="Remove this label"
            aria-label={`Remove label ${index + 1}`}
            onClick={() => replace(index)}
          />
        </InlineFieldRow>
      ))}
      <Button
        variant="secondary"
        size="sm"
        icon="plus"
        onClick={() => onChange([...conditions, { label: '', value: '' }])}
      >
        Add a label
      </Button>
    </>
  );
}

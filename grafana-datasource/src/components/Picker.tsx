// Combobox, which replaces Select, is not in every Grafana from 11.0 on.
/* eslint-disable @typescript-eslint/no-deprecated */
import { Select } from '@grafana/ui';
import * as React from 'react';

interface Props<Value extends string> {
  readonly id: string;
  readonly width: number;
  readonly options: { value: Value; label: string; description?: string }[];
  readonly value: Value | undefined;
  readonly placeholder?: string;
  /** Whether a value may be typed, such as a dashboard variable. */
  readonly allowsTyping?: boolean;
  readonly onPick: (value: Value) => void;
}

/** One of a few values. */
export function Picker<Value extends string>(props: Props<Value>) {
  const { id, width, options, value, placeholder, allowsTyping = false, onPick } = props;
  const chosen = options.find((option) => option.value === value);
  return (
    <Select<Value>
      inputId={id}
      width={width}
      options={options}
      value={chosen ?? (value === undefined ? null : { value, label: value })}
      placeholder={placeholder}
      allowCustomValue={allowsTyping}
      onChange={(picked) => {
        if (picked.value !== undefined) {
          onPick(picked.value);
        }
      }}
    />
  );
}

import { Input } from '@grafana/ui';
import * as React from 'react';

interface Props {
  readonly id: string;
  readonly label: string;
  readonly width: number;
  readonly placeholder: string;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}

/** A few texts in one line, with commas between them; taken when the field is left. */
export function ListInput({ id, label, width, placeholder, values, onChange }: Props) {
  const text = values.join(', ');
  return (
    <Input
      key={text}
      id={id}
      aria-label={label}
      width={width}
      placeholder={placeholder}
      defaultValue={text}
      onBlur={({ currentTarget }) => {
        const typed = currentTarget.value.split(',').map((part) => part.trim());
        const changed = typed.filter((part) => part !== '');
        if (changed.join(', ') !== text) {
          onChange(changed);
        }
      }}
    />
  );
}

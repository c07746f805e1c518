import { InlineField, Input } from '@grafana/ui';
import * as React from 'react';

interface Props {
  readonly label: string;
  /** For those who hear it, where there are several of one label. */
  readonly name?: string;
  readonly labelWidth?: number;
  readonly tooltip?: string;
  /** In steps of eight pixels, as Grafana counts; absent: as wide as there is room. */
  readonly width?: number;
  readonly placeholder: string;
  readonly value: string | undefined;
  readonly onChange: (text: string) => void;
  /** It was left: what was typed can be asked with. */
  readonly onDone?: () => void;
}

/** A text in a row of fields. */
export function TextField(props: Props) {
  const {
    label,
    name = label,
    labelWidth,
    tooltip,
    width,
    placeholder,
    value = '',
    onChange,
    onDone,
  } = props;
  return (
    <InlineField label={label} labelWidth={labelWidth} tooltip={tooltip} grow={width === undefined}>
      <Input
        aria-label={name}
        width={width}
        placeholder={placeholder}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        onBlur={onDone}
      />
    </InlineField>
  );
}

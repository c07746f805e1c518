import { RadioButtonGroup } from '@grafana/ui';
import React from 'react';
import type { Mode } from '../state/panel-state';

const OPTIONS: { readonly value: Mode; readonly label: string; readonly description: string }[] = [
  { value: 'graph', label: 'Graph', description: 'Who talks to whom (g)' },
  { value: 'table', label: 'Table', description: 'The same nodes as rows (t)' },
  { value: 'resources', label: 'Resources', description: 'Who uses the hosts’ CPU and memory (r)' },
];

export function ModeSwitch({
  mode,
  onChange,
}: {
  readonly mode: Mode;
  readonly onChange: (mode: Mode) => void;
}): React.JSX.Element {
  return (
    <RadioButtonGroup size="sm" aria-label="Show as" options={OPTIONS} value={mode} onChange={onChange} />
  );
}

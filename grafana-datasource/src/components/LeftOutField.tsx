import { InlineField, MultiSelect } from '@grafana/ui';
import * as React from 'react';
import type { ViewFilter } from '../query';

interface Props {
  readonly id: string;
  readonly query: ViewFilter;
  readonly onChange: (changes: ViewFilter) => void;
}

type Part = 'unconnected' | 'internet' | 'external' | 'unmanaged' | 'uncontained' | 'loopback';

const OUTSIDE: readonly Part[] = ['internet', 'external', 'unmanaged'];
const PARTS: { value: Part; label: string }[] = [
  { value: 'unconnected', label: 'Unconnected' },
  { value: 'internet', label: 'Internet' },
  { value: 'external', label: 'External services' },
  { value: 'unmanaged', label: 'Unmanaged addresses' },
  { value: 'uncontained', label: 'Outside containers' },
  { value: 'loopback', label: 'Self-connections' },
];

/** What is not drawn, of all that a picture may have besides its own nodes. */
export function LeftOutField({ id, query, onChange }: Props) {
  const isLeftOut = (part: Part) =>
    query[part] === false || (query.outside === false && OUTSIDE.includes(part));
  return (
    <InlineField
      label="Leave out"
      tooltip="Nodes without a connection; what no exporter sees; what runs on hosts outside containers; edges from a node to itself."
    >
      <MultiSelect
        inputId={id}
        width={32}
        placeholder="nothing"
        options={PARTS}
        value={PARTS.filter(({ value }) => isLeftOut(value))}
        onChange={(picked) => {
          const chosen = picked.map(({ value }) => value);
          const parts = PARTS.map(({ value }) => [value, !chosen.includes(value)] as const);
          onChange({ outside: true, ...Object.fromEntries(parts) });
        }}
      />
    </InlineField>
  );
}

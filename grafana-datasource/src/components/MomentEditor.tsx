import { InlineField, InlineFieldRow, Input } from '@grafana/ui';
import * as React from 'react';
import type { TimeSpec, TopologySpec } from '../query';
import { Picker } from './Picker';

interface Props {
  readonly query: TopologySpec & { readonly refId: string };
  readonly onChange: (changes: Partial<TopologySpec>) => void;
  /** Asks Prometheus with what was typed. */
  readonly onDone: () => void;
}

const MODES: { value: TimeSpec['mode']; label: string }[] = [
  { value: 'end', label: 'End of the time range' },
  { value: 'at', label: 'A moment' },
  { value: 'range', label: 'All within the time range' },
];
const MOMENT =
  'Unix milliseconds, or how long before, such as 15m, 1h or 7d. Variables such as $moment are allowed.';

/** The moment that is drawn, and the one that it is compared with. */
export function MomentEditor({ query, onChange, onDone }: Props) {
  const { time = { mode: 'end' }, compareWith = '', refId } = query;
  return (
    <InlineFieldRow>
      <InlineField label="Time">
        <Picker
          id={`toposcope-time-${refId}`}
          width={26}
          options={MODES}
          value={time.mode}
          onPick={(mode) => {
            onChange({ time: { ...time, mode } });
            onDone();
          }}
        />
      </InlineField>
      {time.mode === 'at' && (
        <InlineField label="Moment" tooltip={MOMENT}>
          <Input
            aria-label="Moment"
            width={20}
            placeholder="15m"
            value={time.at ?? ''}
            onChange={({ currentTarget }) => onChange({ time: { ...time, at: currentTarget.value } })}
            onBlur={onDone}
          />
        </InlineField>
      )}
      <InlineField label="Compare with" tooltip={MOMENT}>
        <Input
          aria-label="Moment to compare with"
          width={20}
          placeholder="nothing"
          value={compareWith}
          onChange={({ currentTarget }) => onChange({ compareWith: currentTarget.value })}
          onBlur={onDone}
        />
      </InlineField>
    </InlineFieldRow>
  );
}

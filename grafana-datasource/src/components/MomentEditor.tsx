import { InlineField, InlineFieldRow } from '@grafana/ui';
import * as React from 'react';
import type { TimeSpec, TopologySpec } from '../query';
import { Picker } from './Picker';
import { TextField } from './TextField';

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
        <TextField
          label="Moment"
          tooltip={MOMENT}
          width={20}
          placeholder="15m"
          value={time.at}
          onChange={(at) => onChange({ time: { ...time, at } })}
          onDone={onDone}
        />
      )}
      <TextField
        label="Compare with"
        name="Moment to compare with"
        tooltip={MOMENT}
        width={20}
        placeholder="nothing"
        value={compareWith}
        onChange={(text) => onChange({ compareWith: text })}
        onDone={onDone}
      />
    </InlineFieldRow>
  );
}

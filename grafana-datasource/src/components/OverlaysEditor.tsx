import { InlineField } from '@grafana/ui';
import * as React from 'react';
import type { OverlayShow } from '../graph/topology';
import type { OverlaySpec } from '../query';
import { Picker } from './Picker';
import { Rows } from './Rows';
import { TextField } from './TextField';

interface Props {
  readonly refId: string;
  readonly overlays: readonly OverlaySpec[];
  readonly onChange: (overlays: readonly OverlaySpec[]) => void;
  /** Asks Prometheus with what was typed. */
  readonly onDone: () => void;
}

const SHOWS: { value: OverlayShow; label: string }[] = [
  { value: 'fill', label: 'Fill of nodes' },
  { value: 'badge', label: 'Badge on nodes' },
  { value: 'width', label: 'Width of edges' },
];

/** A row an overlay: PromQL of the user's own, and how its values are shown. */
export function OverlaysEditor({ refId, overlays, onChange, onDone }: Props) {
  return (
    <Rows<OverlaySpec>
      rows={overlays}
      what="overlay"
      article="an"
      empty={{ name: '', expr: '', show: 'fill' }}
      onChange={onChange}
      onRemoved={onDone}
    >
      {({ name, expr, show, unit }, change, number) => (
        <>
          <TextField
            label="Overlay"
            name={`Name of overlay ${number}`}
            tooltip="PromQL whose series name what they measure, by labels such as host, container_id, container, service or instance; for edges by client and server."
            width={16}
            placeholder="Orders"
            value={name}
            onChange={(text) => change({ name: text })}
            onDone={onDone}
          />
          <TextField
            label="PromQL"
            name={`PromQL of overlay ${number}`}
            placeholder="sum by (service) (rate(orders_total[5m]))"
            value={expr}
            onChange={(text) => change({ expr: text })}
            onDone={onDone}
          />
          <InlineField label="As">
            <Picker
              id={`toposcope-overlay-${refId}-${number}`}
              width={18}
              options={SHOWS}
              value={show}
              onPick={(value) => {
                change({ show: value });
                onDone();
              }}
            />
          </InlineField>
          <TextField
            label="Unit"
            name={`Unit of overlay ${number}`}
            tooltip="A unit of Grafana, such as short, percentunit, bytes or reqps."
            width={12}
            placeholder="short"
            value={unit}
            onChange={(text) => change({ unit: text })}
            onDone={onDone}
          />
        </>
      )}
    </Rows>
  );
}

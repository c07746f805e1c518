import { InlineField, Input } from '@grafana/ui';
import * as React from 'react';
import type { OverlayShow } from '../graph/topology';
import type { OverlaySpec } from '../query';
import { Picker } from './Picker';
import { Rows } from './Rows';

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
      {({ name, expr, show, unit = '' }, change, number) => (
        <>
          <InlineField
            label="Overlay"
            tooltip="PromQL whose series name what they measure, by labels such as host, container_id, container, service or instance; for edges by client and server."
          >
            <Input
              aria-label={`Name of overlay ${number}`}
              width={16}
              placeholder="Orders"
              value={name}
              onChange={({ currentTarget }) => change({ name: currentTarget.value })}
              onBlur={onDone}
            />
          </InlineField>
          <InlineField label="PromQL" grow>
            <Input
              aria-label={`PromQL of overlay ${number}`}
              placeholder="sum by (service) (rate(orders_total[5m]))"
              value={expr}
              onChange={({ currentTarget }) => change({ expr: currentTarget.value })}
              onBlur={onDone}
            />
          </InlineField>
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
          <InlineField label="Unit" tooltip="A unit of Grafana, such as short, percentunit, bytes or reqps.">
            <Input
              aria-label={`Unit of overlay ${number}`}
              width={12}
              placeholder="short"
              value={unit}
              onChange={({ currentTarget }) => change({ unit: currentTarget.value })}
              onBlur={onDone}
            />
          </InlineField>
        </>
      )}
    </Rows>
  );
}

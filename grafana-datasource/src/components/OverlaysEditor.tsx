import { Button, IconButton, InlineField, InlineFieldRow, Input } from '@grafana/ui';
import * as React from 'react';
import type { OverlayShow } from '../graph/topology';
import type { OverlaySpec } from '../query';
import { Picker } from './Picker';

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
  const replace = (index: number, ...by: readonly OverlaySpec[]) => {
    onChange(overlays.toSpliced(index, 1, ...by));
  };
  return (
    <>
      {overlays.map((overlay, index) => (
        <InlineFieldRow key={index}>
          <InlineField
            label="Overlay"
            tooltip="PromQL whose series name what they measure, by labels such as host, container_id, container, service or instance; for edges by client and server."
          >
            <Input
              aria-label={`Name of overlay ${index + 1}`}
              width={16}
              placeholder="Orders"
              value={overlay.name}
              onChange={({ currentTarget }) => replace(index, { ...overlay, name: currentTarget.value })}
              onBlur={onDone}
            />
          </InlineField>
          <InlineField label="PromQL" grow>
            <Input
              aria-label={`PromQL of overlay ${index + 1}`}
              placeholder="sum by (service) (rate(orders_total[5m]))"
              value={overlay.expr}
              onChange={({ currentTarget }) => replace(index, { ...overlay, expr: currentTarget.value })}
              onBlur={onDone}
            />
          </InlineField>
          <InlineField label="As">
            <Picker
              id={`toposcope-overlay-${refId}-${index}`}
              width={18}
              options={SHOWS}
              value={overlay.show}
              onPick={(show) => replace(index, { ...overlay, show })}
            />
          </InlineField>
          <InlineField label="Unit" tooltip="A unit of Grafana, such as short, percentunit, bytes or reqps.">
            <Input
              aria-label={`Unit of overlay ${index + 1}`}
              width={12}
              placeholder="short"
              value={overlay.unit ?? ''}
              onChange={({ currentTarget }) => replace(index, { ...overlay, unit: currentTarget.value })}
              onBlur={onDone}
            />
          </InlineField>
          <IconButton
            name="trash-alt"
            tooltip="Remove this overlay"
            aria-label={`Remove overlay ${index + 1}`}
            onClick={() => {
              replace(index);
              onDone();
            }}
          />
        </InlineFieldRow>
      ))}
      <Button
        variant="secondary"
        size="sm"
        icon="plus"
        onClick={() => onChange([...overlays, { name: '', expr: '', show: 'fill' }])}
      >
        Add an overlay
      </Button>
    </>
  );
}

import { InlineField, InlineFieldRow, Input } from '@grafana/ui';
import * as React from 'react';
import type { TopologySpec } from '../query';

interface Props {
  readonly query: TopologySpec;
  readonly onChange: (changes: Partial<TopologySpec>) => void;
  /** Asks Prometheus with what was typed. */
  readonly onDone: () => void;
}

/** What the views of the user's own need: the label to group by, or PromQL whose series are the edges. */
export function OwnViewEditor({ query, onChange, onDone }: Props) {
  const { view, groupBy = { label: '' }, custom } = query;
  if (view === 'groups') {
    return (
      <InlineFieldRow>
        <InlineField
          label="Group by"
          tooltip="A label of containers or hosts, such as namespace, image, os, or an exported container label such as label_team."
        >
          <Input
            aria-label="Label to group by"
            width={26}
            placeholder="namespace"
            value={groupBy.label}
            onChange={({ currentTarget }) =>
              onChange({ groupBy: { ...groupBy, label: currentTarget.value } })
            }
            onBlur={onDone}
          />
        </InlineField>
      </InlineFieldRow>
    );
  }
  if (view !== 'custom') {
    return null;
  }
  const [first = { expr: '' }, ...others] = custom?.edges ?? [];
  const change = (changes: Partial<typeof first>) => {
    onChange({ custom: { ...custom, edges: [{ ...first, ...changes }, ...others] } });
  };
  return (
    <InlineFieldRow>
      <InlineField label="Edges" grow tooltip="PromQL: a series an edge, with labels that name its two ends.">
        <Input
          aria-label="PromQL of the edges"
          placeholder="sum by (client, server) (rate(traces_service_graph_request_total[5m]))"
          value={first.expr}
          onChange={({ currentTarget }) => change({ expr: currentTarget.value })}
          onBlur={onDone}
        />
      </InlineField>
      {(['source', 'target'] as const).map((end) => (
        <InlineField key={end} label={end === 'source' ? 'From label' : 'To label'}>
          <Input
            aria-label={`Label of the ${end}`}
            width={16}
            placeholder={end === 'source' ? 'client' : 'server'}
            value={first[end] ?? ''}
            onChange={({ currentTarget }) => change({ [end]: currentTarget.value })}
            onBlur={onDone}
          />
        </InlineField>
      ))}
      <InlineField label="Unit">
        <Input
          aria-label="Unit of the edges"
          width={12}
          placeholder="reqps"
          value={first.unit ?? ''}
          onChange={({ currentTarget }) => change({ unit: currentTarget.value })}
          onBlur={onDone}
        />
      </InlineField>
    </InlineFieldRow>
  );
}

import { InlineFieldRow } from '@grafana/ui';
import * as React from 'react';
import type { CustomEdges, CustomNodes, TopologySpec } from '../query';
import { TextField } from './TextField';

interface Props {
  readonly query: TopologySpec;
  readonly onChange: (changes: Partial<TopologySpec>) => void;
  /** Asks Prometheus with what was typed. */
  readonly onDone: () => void;
}

/** What the views of the user's own need: the label to group by, or PromQL whose series are edges and nodes. */
export function OwnViewEditor({ query, onChange, onDone }: Props) {
  const { view, groupBy = { label: '' }, custom } = query;
  if (view === 'groups') {
    return (
      <InlineFieldRow>
        <TextField
          label="Group by"
          name="Label to group by"
          tooltip="A label of containers or hosts, such as namespace, image, os, or an exported container label such as label_team."
          width={26}
          placeholder="namespace"
          value={groupBy.label}
          onChange={(label) => onChange({ groupBy: { ...groupBy, label } })}
          onDone={onDone}
        />
      </InlineFieldRow>
    );
  }
  if (view !== 'custom') {
    return null;
  }
  const { edges = [], nodes = [] } = custom ?? {};
  const [edge = { expr: '' }, ...otherEdges] = edges;
  const [node = { expr: '' }, ...otherNodes] = nodes;
  const changeEdge = (changes: Partial<CustomEdges>) =>
    onChange({ custom: { edges: [{ ...edge, ...changes }, ...otherEdges], nodes } });
  const changeNode = (changes: Partial<CustomNodes>) => {
    const changed = [{ ...node, ...changes }, ...otherNodes];
    onChange({ custom: { edges, nodes: changed.filter((spec) => Object.values(spec).some(Boolean)) } });
  };
  return (
    <>
      <InlineFieldRow>
        <TextField
          label="Edges"
          name="PromQL of the edges"
          tooltip="PromQL: a series an edge, with labels that name its two ends."
          placeholder="sum by (client, server) (rate(traces_service_graph_request_total[5m]))"
          value={edge.expr}
          onChange={(expr) => changeEdge({ expr })}
          onDone={onDone}
        />
        {(['source', 'target'] as const).map((end) => (
          <TextField
            key={end}
            label={end === 'source' ? 'From label' : 'To label'}
            name={`Label of the ${end}`}
            width={14}
            placeholder={end === 'source' ? 'client' : 'server'}
            value={edge[end]}
            onChange={(label) => changeEdge({ [end]: label })}
            onDone={onDone}
          />
        ))}
        <MeaningFields of="edges" spec={edge} onChange={changeEdge} onDone={onDone} />
      </InlineFieldRow>
      <InlineFieldRow>
        <TextField
          label="Nodes"
          name="PromQL of the nodes"
          tooltip="PromQL: a series a node, with a label that names it. Needed only for nodes without edges and for figures of nodes."
          placeholder="sum by (service) (rate(http_requests_total[5m]))"
          value={node.expr}
          onChange={(expr) => changeNode({ expr })}
          onDone={onDone}
        />
        <TextField
          label="Name label"
          name="Label of the nodes"
          width={14}
          placeholder="service"
          value={node.label}
          onChange={(label) => changeNode({ label })}
          onDone={onDone}
        />
        <MeaningFields of="nodes" spec={node} onChange={changeNode} onDone={onDone} />
      </InlineFieldRow>
    </>
  );
}

interface MeaningProps {
  readonly of: 'edges' | 'nodes';
  readonly spec: { readonly name?: string; readonly unit?: string };
  readonly onChange: (changes: { name?: string; unit?: string }) => void;
  readonly onDone: () => void;
}

/** What the values tell, and in which unit. */
function MeaningFields({ of, spec, onChange, onDone }: MeaningProps) {
  return (
    <>
      <TextField
        label="Tells"
        name={`What the values of the ${of} tell`}
        width={14}
        placeholder="Requests"
        value={spec.name}
        onChange={(name) => onChange({ name })}
        onDone={onDone}
      />
      <TextField
        label="Unit"
        name={`Unit of the ${of}`}
        width={12}
        placeholder="reqps"
        value={spec.unit}
        onChange={(unit) => onChange({ unit })}
        onDone={onDone}
      />
    </>
  );
}

import { LoadingState } from '@grafana/data';
import React from 'react';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import { EmptyState } from './empty-state';
import { VIEW_NAMES } from './view-names';

interface Props {
  readonly state: LoadingState;
  readonly topology: Topology | undefined;
  readonly failure: string | undefined;
  /** Seconds that an answer has been waited for; 0: hardly any. */
  readonly waited: number;
  /** Nodes that pinned searches or the focus leave out. */
  readonly hidden: number;
}

/** Where there is no picture: what is so, and what to do. */
export function NoPicture({ state, topology, failure, waited, hidden }: Props): React.JSX.Element {
  if (failure !== undefined) {
    return (
      <EmptyState severity="error" title="The query failed.">
        {failure}
        <br />
        “Save &amp; test” of the data source says what is wrong with it; then refresh the dashboard.
      </EmptyState>
    );
  }
  if (!topology && (state === LoadingState.Loading || state === LoadingState.NotStarted)) {
    return (
      <EmptyState title="Asking Prometheus …">
        {waited > 0 && `No answer for ${waited} s: it is slow, or cannot be reached.`}
      </EmptyState>
    );
  }
  if (!topology) {
    return (
      <EmptyState title="There is no topology in the answer.">
        Choose the Toposcope data source for this panel’s query, and a view.
      </EmptyState>
    );
  }
  if (topology.nodes.length > 0) {
    return <EmptyState title="Laying out …" />;
  }
  if (hidden > 0) {
    return (
      <EmptyState title={`The filters leave out all ${hidden} nodes.`}>
        Unpin a search, or show everything again, at the top of the panel.
      </EmptyState>
    );
  }
  const [notice] = topology.notices;
  return (
    <EmptyState
      title={notice?.message ?? `There are no ${VIEW_NAMES[topology.view].toLowerCase()} at this time.`}
    >
      {notice?.action ?? 'Choose another time range or view, or look whether the exporters are scraped.'}
    </EmptyState>
  );
}

import { useStyles2 } from '@grafana/ui';
import React from 'react';
import type { TopologyEdge } from 'toposcope-topology-datasource/graph/topology';
import { Glyph } from '../panel/glyph';
import { Card, Section } from './card';
import { cardStyles } from './card-styles';
import { PortAndTrouble, TrafficCells } from './connection-table';
import { edgeFacts, natureOf } from './edge-facts';
import { exploreLink } from './explore-link';
import { Differences, Gone } from './findings';
import { formatValue } from './format';
import { IN_A_NEW_TAB } from './new-tab';
import type { CardProps } from './node-card';
import { RangeChart } from './range-chart';
import { useSeries } from './use-series';

/** The key of the series that the chart shows. */
const FLOW = 'flow';

/** Everything that is known about who calls whom, for one pair. */
export function EdgeCard({
  edge,
  width,
  ...props
}: CardProps & { readonly edge: TopologyEdge; readonly width: number }): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  const labelOf = (id: string) => props.topology.nodes.find((node) => node.id === id)?.label ?? id;
  const wanted = edge.expr === '' ? [] : [{ key: FLOW, expr: edge.expr }];
  const { series, failure } = useSeries(props.source, wanted);
  const explore = exploreLink(props.topology, edge.expr, props.range);
  const facts = edgeFacts(edge, formatValue);
  const flow = flowOf(edge);
  return (
    <Card
      title={`${labelOf(edge.source)} → ${labelOf(edge.target)}`}
      subtitle={natureOf(edge)}
      icon={<Glyph name="forward" size={22} />}
      stacked={props.stacked}
      onBack={props.onBack}
      onClose={props.onClose}
    >
      {props.gone && <Gone />}
      <Differences change={edge.change} />
      {flow && (
        <Section title={flow.title}>
          <div className={styles.metricValue}>{formatValue(flow.value, flow.unit)}</div>
          <RangeChart
            samples={series.get(FLOW) ?? []}
            unit={flow.unit}
            width={width - 28}
            timeZone={props.timeZone}
          />
          {failure !== undefined && <div className={styles.failure}>No history: {failure}</div>}
          {explore !== undefined && (
            <a className={styles.link} href={explore} {...IN_A_NEW_TAB}>
              Explore the query
            </a>
          )}
        </Section>
      )}
      {edge.kind === undefined && (
        <Section title="All ports together">
          <dl className={styles.facts}>
            {facts.map(([name, value]) => (
              <React.Fragment key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </React.Fragment>
            ))}
          </dl>
        </Section>
      )}
      {edge.links.length > 0 && (
        <Section title="By server port">
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Port</th>
                <th scope="col">Open</th>
                <th scope="col">Sent</th>
                <th scope="col">Answered</th>
                <th scope="col">RTT</th>
              </tr>
            </thead>
            <tbody>
              {edge.links.map(({ protocol, port, traffic: ofPort }) => (
                <tr key={`${protocol} ${port}`}>
                  <td>
                    <PortAndTrouble protocol={protocol} port={port} traffic={ofPort} />
                  </td>
                  <TrafficCells protocol={protocol} traffic={ofPort} />
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      )}
      <Section title="Ends">
        <div className={styles.chips}>
          {[edge.source, edge.target].map((id) => (
            <button key={id} type="button" className={styles.chip} onClick={() => props.onOpen(id)}>
              {labelOf(id)}
            </button>
          ))}
        </div>
      </Section>
    </Card>
  );
}

/** What the chart shows: bytes both ways, or the value of the user's own edge; undefined: nothing flows. */
function flowOf({ kind, value, traffic: { requestBytes, responseBytes } }: TopologyEdge) {
  if (kind === 'membership') {
    return undefined;
  }
  if (value) {
    return { title: value.label, value: value.value, unit: value.unit };
  }
  const isMeasured = requestBytes !== null || responseBytes !== null;
  return {
    title: 'Throughput, both ways',
    value: isMeasured ? (requestBytes ?? 0) + (responseBytes ?? 0) : null,
    unit: 'Bps',
  };
}

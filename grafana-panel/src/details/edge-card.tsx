import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';
import type { TopologyEdge } from 'toposcope-topology-datasource/graph/topology';
import { Glyph } from '../panel/glyph';
import { Card, Section } from './card';
import { cardStyles } from './card-styles';
import { PortAndTrouble, TrafficCells } from './connection-table';
import { exploreLink } from './explore-link';
import { Differences, Gone } from './findings';
import { formatValue } from './format';
import type { CardProps } from './node-card';
import { Sparkline } from './sparkline';
import { UNMEASURED } from './unmeasured';
import { useSeries } from './use-series';

/** Everything that is known about who calls whom, for one pair. */
export function EdgeCard({
  edge,
  width,
  ...props
}: CardProps & { readonly edge: TopologyEdge; readonly width: number }): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  const theme = useTheme2();
  const labelOf = (id: string) => props.topology.nodes.find((node) => node.id === id)?.label ?? id;
  const wanted = edge.expr === '' ? [] : [{ key: 'bytes', expr: edge.expr }];
  const { series, failure } = useSeries(props.source, wanted);
  const explore = exploreLink(props.topology, edge.expr, props.range);
  const { traffic } = edge;
  const bytes =
    traffic.requestBytes === null && traffic.responseBytes === null
      ? null
      : (traffic.requestBytes ?? 0) + (traffic.responseBytes ?? 0);
  const facts: readonly (readonly [string, string])[] = [
    ['Open now', formatValue(traffic.open, 'short')],
    ['Opened', `${formatValue(traffic.opened, 'short')}/s`],
    ['Closed', `${formatValue(traffic.closed, 'short')}/s`],
    ['Failed', `${formatValue(traffic.failed, 'short')}/s`],
    ['Sent', formatValue(traffic.requestBytes, 'Bps')],
    ['Answered', formatValue(traffic.responseBytes, 'Bps')],
    [
      'Retransmits',
      traffic.retransmits === null ? UNMEASURED : `${formatValue(traffic.retransmits, 'short')}/s`,
    ],
    ['Round trip', formatValue(traffic.rtt, 's')],
  ];
  return (
    <Card
      title={`${labelOf(edge.source)} → ${labelOf(edge.target)}`}
      subtitle="Connection, client to server"
      icon={<Glyph name="forward" size={22} />}
      stacked={props.stacked}
      onBack={props.onBack}
      onClose={props.onClose}
    >
      {props.gone && <Gone />}
      <Differences change={edge.change} />
      <Section title="Throughput, both ways">
        <div className={styles.metricValue}>{formatValue(bytes, 'Bps')}</div>
        <Sparkline
          samples={series.get('bytes') ?? []}
          width={width - 28}
          height={64}
          color={theme.visualization.getColorByName('blue')}
          ceiling={null}
        />
        {failure !== undefined && <div className={styles.failure}>No history: {failure}</div>}
        {explore !== undefined && (
          <a className={styles.link} href={explore}>
            Explore the query
          </a>
        )}
      </Section>
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
                  <TrafficCells traffic={ofPort} />
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

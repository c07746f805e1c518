import type { TimeRange } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';
import type {
  Fact,
  Metric,
  Relative,
  Topology,
  TopologyNode,
} from 'toposcope-topology-datasource/graph/topology';
import { NodeActions } from '../companion/node-actions';
import { LineDrawing } from '../panel/glyph';
import { HEALTH_NAMES, KIND_NAMES, VIEW_NAMES } from '../panel/view-names';
import { ICON_OF_KIND } from '../scene/icons';
import { paletteOf } from '../scene/palette';
import { reasonsOf } from '../trouble/reasons';
import { Card, Section } from './card';
import { cardStyles } from './card-styles';
import { ConnectionTable } from './connection-table';
import { connectionsOf } from './connections';
import { ContainerSettings, LABELS } from './container-settings';
import { exploreLink } from './explore-link';
import { formatValue } from './format';
import { Alerts, Differences, Gone, Reasons } from './findings';
import { formatMoment } from './moment';
import { IN_A_NEW_TAB } from './new-tab';
import { NodeLinks } from './node-links';
import { Sparkline } from './sparkline';
import type { TopologySource } from './topology-source';
import { useSeries } from './use-series';

export interface CardProps {
  readonly topology: Topology;
  readonly source: TopologySource | undefined;
  readonly timeZone: string;
  readonly range: TimeRange;
  readonly stacked: boolean;
  /** It is no longer in the picture: the card shows how it was. */
  readonly gone: boolean;
  readonly onBack: () => void;
  readonly onClose: () => void;
  /** Opens the card of a node or an edge on top. */
  readonly onOpen: (id: string) => void;
  /** Narrows the picture to a node and its peers. */
  readonly onFocus: (id: string) => void;
  /** Shows a node in another view; undefined where the dashboard has no variable for it. */
  readonly onSwitch: ((relative: Relative) => void) | undefined;
}

/** Everything that is known about one node. */
export function NodeCard({ node, ...props }: CardProps & { readonly node: TopologyNode }): React.JSX.Element {
  const theme = useTheme2();
  const styles = useStyles2(cardStyles);
  const { inbound, outbound } = connectionsOf(props.topology, node.id);
  const health = props.gone ? '' : HEALTH_NAMES[node.health];
  const subtitle = [KIND_NAMES[node.kind], health, node.sublabel].filter((part) => part !== '');
  const facts = node.facts.filter(({ key }) => key !== LABELS);
  const color = paletteOf(theme, false).kinds[node.kind];
  return (
    <Card
      title={node.count > 1 ? `${node.label} ×${node.count}` : node.label}
      subtitle={subtitle.join(' · ')}
      icon={<LineDrawing path={ICON_OF_KIND[node.kind]} size={24} color={color} />}
      stacked={props.stacked}
      onBack={props.onBack}
      onClose={props.onClose}
    >
      {props.gone && <Gone />}
      <NodeLinks node={node} topology={props.topology} onFocus={props.onFocus} />
      <NodeActions node={node} />
      <Reasons reasons={reasonsOf(node, formatValue)} />
      <Alerts alerts={node.alerts ?? []} />
      <Differences change={node.change} />
      {node.metrics.length > 0 && (
        <Metrics
          metrics={node.metrics}
          source={props.source}
          linkOf={(expr) => exploreLink(props.topology, expr, props.range)}
        />
      )}
      {facts.length > 0 && (
        <Section title="Facts">
          <Facts facts={facts} now={props.topology.at / 1000} timeZone={props.timeZone} />
        </Section>
      )}
      {inbound.length > 0 && (
        <Section title="Called by">
          <ConnectionTable connections={inbound} onOpen={props.onOpen} />
        </Section>
      )}
      {outbound.length > 0 && (
        <Section title="Calls">
          <ConnectionTable connections={outbound} onOpen={props.onOpen} />
        </Section>
      )}
      {inbound.length + outbound.length === 0 && (
        <Section title="Connections">
          <p className={styles.quiet}>None in this view.</p>
        </Section>
      )}
      <ContainerSettings node={node} />
      <Relatives relatives={node.relatives} onSwitch={props.onSwitch} />
    </Card>
  );
}

const SPARKLINE = { width: 108, height: 28 } as const;

function Metrics({
  metrics,
  source,
  linkOf,
}: {
  readonly metrics: readonly Metric[];
  readonly source: TopologySource | undefined;
  readonly linkOf: (expr: string) => string | undefined;
}): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  const theme = useTheme2();
  const wanted = metrics.filter(({ expr }) => expr !== '').map(({ key, expr }) => ({ key, expr }));
  const { series, failure } = useSeries(source, wanted);
  return (
    <Section title="Metrics">
      {metrics.map(({ key, label, unit, value, limit, expr }) => (
        <div key={key} className={styles.metric}>
          <div>
            <MetricName label={label} link={linkOf(expr)} />
            <div className={styles.metricValue}>
              {formatValue(value, unit)}
              {limit !== null && <span className={styles.metricLimit}> of {formatValue(limit, unit)}</span>}
            </div>
          </div>
          <Sparkline
            samples={series.get(key) ?? []}
            {...SPARKLINE}
            color={theme.visualization.getColorByName('blue')}
            ceiling={null}
          />
        </div>
      ))}
      {failure !== undefined && <div className={styles.failure}>No history: {failure}</div>}
    </Section>
  );
}

function MetricName({
  label,
  link,
}: {
  readonly label: string;
  readonly link: string | undefined;
}): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  return link === undefined ? (
    <div className={styles.metricName}>{label}</div>
  ) : (
    <a className={styles.metricLink} href={link} title={`Explore ${label}`} {...IN_A_NEW_TAB}>
      {label}
    </a>
  );
}

function Facts({
  facts,
  now,
  timeZone,
}: {
  readonly facts: readonly Fact[];
  readonly now: number;
  readonly timeZone: string;
}): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  return (
    <dl className={styles.facts}>
      {facts.map(({ key, label, values, format }) => (
        <React.Fragment key={key}>
          <dt>{label}</dt>
          <dd>
            {values.map((value) => (
              <div key={value}>{format === 'time' ? formatMoment(Number(value), now, timeZone) : value}</div>
            ))}
          </dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

function Relatives({
  relatives,
  onSwitch,
}: {
  readonly relatives: readonly Relative[];
  readonly onSwitch: CardProps['onSwitch'];
}): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  const views = [...new Set(relatives.map(({ view }) => view))];
  return (
    <>
      {views.map((view) => (
        <Section key={view} title={VIEW_NAMES[view]}>
          <div className={styles.chips}>
            {relatives
              .filter((relative) => relative.view === view)
              .map((relative) =>
                onSwitch ? (
                  <button
                    key={relative.id}
                    type="button"
                    className={styles.chip}
                    onClick={() => onSwitch(relative)}
                  >
                    {relative.label}
                  </button>
                ) : (
                  <span key={relative.id} className={styles.chip}>
                    {relative.label}
                  </span>
                ),
              )}
          </div>
        </Section>
      ))}
    </>
  );
}

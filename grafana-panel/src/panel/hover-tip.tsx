import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import { edgeFacts, natureOf } from '../details/edge-facts';
import { formatValue } from '../details/format';
import type { Hover } from '../scene/stage';
import { reasonsOf } from '../trouble/reasons';
import { HEALTH_NAMES, KIND_NAMES } from './view-names';

interface Props {
  readonly hover: Hover;
  readonly topology: Topology;
  /** Of the panel, so that the tip stays inside. */
  readonly width: number;
  readonly height: number;
}

const WIDTH = 260;
const MOST_REASONS = 3;

/** The first facts of what the pointer is on, beside it. */
export function HoverTip({ hover, topology, width, height }: Props): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  const content = contentOf(topology, hover.id);
  if (!content) {
    return null;
  }
  const left = hover.at.x + 16 + WIDTH > width ? undefined : hover.at.x + 16;
  const below = hover.at.y < height - 130;
  return (
    <div
      className={styles.tip}
      data-testid="toposcope-tip"
      style={{
        left,
        right: left === undefined ? Math.max(0, width - hover.at.x + 16) : undefined,
        top: below ? hover.at.y + 16 : undefined,
        bottom: below ? undefined : height - hover.at.y + 12,
      }}
    >
      <div className={styles.title}>{content.title}</div>
      {content.reasons.map((reason) => (
        <div key={reason} className={styles.reason}>
          {reason}
        </div>
      ))}
      {content.lines.map(([name, value]) => (
        <div key={name} className={styles.line}>
          <span>{name}</span>
          <span className={styles.value}>{value}</span>
        </div>
      ))}
    </div>
  );
}

interface Content {
  readonly title: string;
  /** Why it is in trouble. */
  readonly reasons: readonly string[];
  readonly lines: readonly (readonly [string, string])[];
}

function contentOf({ nodes, edges }: Topology, id: string): Content | undefined {
  const node = nodes.find((candidate) => candidate.id === id);
  if (node) {
    const kind = [KIND_NAMES[node.kind], HEALTH_NAMES[node.health]].filter((part) => part !== '').join(', ');
    const metrics = node.metrics
      .slice(0, 4)
      .map(({ label, value, unit }) => [label, formatValue(value, unit)] as const);
    return {
      title: node.label,
      reasons: reasonsOf(node, formatValue).slice(0, MOST_REASONS),
      lines: [[kind, node.sublabel], ...metrics],
    };
  }
  const edge = edges.find((candidate) => candidate.id === id);
  if (!edge) {
    return undefined;
  }
  const labelOf = (end: string) => nodes.find((candidate) => candidate.id === end)?.label ?? end;
  const ports = edge.links.map(({ port }) => port).filter((port) => port !== '');
  const facts = edgeFacts(edge, formatValue).slice(0, edge.traffic.failed > 0 ? 4 : 3);
  return {
    title: `${labelOf(edge.source)} → ${labelOf(edge.target)}`,
    reasons: [],
    lines: [
      ...(ports.length > 0 ? [['Port', ports.slice(0, 4).join(', ')] as const] : []),
      ...(facts.length > 0 ? facts : [[natureOf(edge), ''] as const]),
    ],
  };
}

const getStyles = ({ colors, shape, shadows, spacing, typography }: GrafanaTheme2) => ({
  tip: css({
    position: 'absolute',
    zIndex: 3,
    maxWidth: WIDTH,
    padding: spacing(0.75, 1),
    pointerEvents: 'none',
    background: colors.background.secondary,
    border: `1px solid ${colors.border.weak}`,
    borderRadius: shape.radius.default,
    boxShadow: shadows.z2,
    fontSize: typography.bodySmall.fontSize,
  }),
  title: css({ fontWeight: typography.fontWeightMedium, overflowWrap: 'anywhere' }),
  reason: css({ color: colors.warning.text, overflowWrap: 'anywhere' }),
  line: css({
    display: 'flex',
    justifyContent: 'space-between',
    gap: spacing(2),
    color: colors.text.secondary,
    '& span:last-child': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  }),
  value: css({ color: colors.text.primary, fontVariantNumeric: 'tabular-nums' }),
});

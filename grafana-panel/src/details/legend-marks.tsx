import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';
import type { NodeHealth, NodeKind } from 'toposcope-topology-datasource/graph/topology';
import { LineDrawing } from '../panel/glyph';
import { KIND_NAMES } from '../panel/view-names';
import { ICON_OF_KIND } from '../scene/icons';
import { paletteOf } from '../scene/palette';

/** A row of a legend: a mark and what it means. */
export function LegendRow({
  mark,
  children,
}: {
  readonly mark: React.ReactNode;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.row}>
      {mark}
      <span>{children}</span>
    </div>
  );
}

export function KindRow({ kind }: { readonly kind: NodeKind }): React.JSX.Element {
  const palette = paletteOf(useTheme2(), false);
  return (
    <LegendRow mark={<LineDrawing path={ICON_OF_KIND[kind]} size={22} color={palette.kinds[kind]} />}>
      {KIND_NAMES[kind]}
    </LegendRow>
  );
}

const HEALTH_MARKS = {
  critical: { path: 'M9 9l6 6M15 9l-6 6', meaning: 'Critical' },
  warning: { path: 'M12 7.5v5.5M12 16.5h.01', meaning: 'Warning' },
  stopped: { path: 'M8.5 12h7', meaning: 'Stopped, with a dashed outline' },
} as const satisfies Partial<Record<NodeHealth, { readonly path: string; readonly meaning: string }>>;
export type MarkedHealth = keyof typeof HEALTH_MARKS;
export const MARKED_HEALTHS = Object.keys(HEALTH_MARKS) as readonly MarkedHealth[];

export function HealthRow({ health }: { readonly health: MarkedHealth }): React.JSX.Element {
  const palette = paletteOf(useTheme2(), false);
  const { path, meaning } = HEALTH_MARKS[health];
  return <LegendRow mark={<Disc color={palette.health[health]} path={path} />}>{meaning}</LegendRow>;
}

/** A mark as nodes carry it at their rim. */
export function Disc({
  color,
  path,
  text,
}: {
  readonly color: string;
  readonly path?: string;
  readonly text?: string;
}): React.JSX.Element {
  const { surface } = paletteOf(useTheme2(), false);
  return (
    <svg width={22} height={22} viewBox="0 0 24 24" aria-hidden="true">
      <circle cx={12} cy={12} r={9} fill={color} />
      {path !== undefined && <path d={path} stroke={surface} strokeWidth={2} strokeLinecap="round" />}
      {text !== undefined && (
        <text x={12} y={16.5} textAnchor="middle" fontSize={13} fontWeight={700} fill={surface}>
          {text}
        </text>
      )}
    </svg>
  );
}

/** A line between nodes, with an arrow to the server. */
export function LineRow({
  color,
  width,
  dashes = [],
  hasArrow = true,
  children,
}: {
  readonly color: string;
  readonly width: number;
  /** Strokes and gaps, CSS pixels; none: unbroken. */
  readonly dashes?: readonly number[];
  readonly hasArrow?: boolean;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  const mark = (
    <svg width={34} height={12} viewBox="0 0 34 12" aria-hidden="true">
      <path
        d={hasArrow ? 'M1 6h24' : 'M1 6h32'}
        stroke={color}
        strokeWidth={width}
        strokeDasharray={dashes.join(' ')}
      />
      {hasArrow && <path d="M33 6l-9-4 2 4-2 4z" fill={color} />}
    </svg>
  );
  return <LegendRow mark={mark}>{children}</LegendRow>;
}

const getStyles = ({ spacing }: GrafanaTheme2) => ({
  row: css({
    display: 'flex',
    alignItems: 'center',
    gap: spacing(1.25),
    minHeight: 27,
    '& > svg': { flex: 'none' },
  }),
});

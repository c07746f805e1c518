import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';
import type { NodeHealth, NodeKind } from 'toposcope-topology-datasource/graph/topology';
import { Glyph, LineDrawing } from '../panel/glyph';
import { KIND_NAMES } from '../panel/view-names';
import { ICON_OF_KIND } from '../scene/icons';
import { paletteOf, type Palette } from '../scene/palette';
import { Card, Section } from './card';

const KINDS = [
  'host',
  'container',
  'image',
  'process',
  'internet',
  'external',
  'unmanaged',
  'uncontained',
  'overflow',
] as const satisfies readonly NodeKind[];

const MARKS: readonly { readonly health: NodeHealth; readonly path: string; readonly meaning: string }[] = [
  { health: 'critical', path: 'M9 9l6 6M15 9l-6 6', meaning: 'Critical' },
  { health: 'warning', path: 'M12 7.5v5.5M12 16.5h.01', meaning: 'Warning' },
  { health: 'stopped', path: 'M8.5 12h7', meaning: 'Stopped, with a dashed outline' },
];

const KEYS: readonly (readonly [string, string])[] = [
  ['Arrows', 'From node to node'],
  ['Enter', 'Open the card'],
  ['Esc', 'Close the card'],
  ['+ −', 'Zoom'],
  ['0', 'Show all'],
  ['/', 'Search'],
  ['g t r', 'Graph, table, resources'],
];

/** What the shapes, marks and lines of the picture mean, and which keys it knows. */
export function Legend({ onClose }: { readonly onClose: () => void }): React.JSX.Element {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const palette = paletteOf(theme, false);
  return (
    <Card
      title="Reading the picture"
      subtitle="Shapes, marks, lines and keys"
      icon={<Glyph name="help" size={22} />}
      stacked={false}
      onBack={onClose}
      onClose={onClose}
    >
      <Section title="Nodes">
        {KINDS.map((kind) => (
          <div key={kind} className={styles.row}>
            <LineDrawing path={ICON_OF_KIND[kind]} size={22} color={palette.kinds[kind]} />
            {KIND_NAMES[kind]}
          </div>
        ))}
        <p className={styles.note}>A stack stands for several.</p>
      </Section>
      <Section title="Health">
        {MARKS.map(({ health, path, meaning }) => (
          <div key={health} className={styles.row}>
            <svg width={22} height={22} viewBox="0 0 24 24" aria-hidden="true">
              <circle cx={12} cy={12} r={9} fill={palette.health[health]} />
              <path d={path} stroke={palette.surface} strokeWidth={2} strokeLinecap="round" />
            </svg>
            {meaning}
          </div>
        ))}
      </Section>
      <Section title="Arrows, from client to server">
        <Line color={palette.edge} width={3}>
          Wider: more bytes per second
        </Line>
        <Line color={palette.edgeIdle} width={1.5}>
          Pale: open, but nothing flows
        </Line>
        <Line color={palette.edgeFailing} width={2} dashes="5 4">
          Broken: connections fail
        </Line>
      </Section>
      <Section title="Keys">
        {KEYS.map(([key, meaning]) => (
          <div key={key} className={styles.row}>
            <kbd className={styles.key}>{key}</kbd>
            {meaning}
          </div>
        ))}
      </Section>
    </Card>
  );
}

function Line({
  color,
  width,
  dashes,
  children,
}: {
  readonly color: Palette['edge'];
  readonly width: number;
  readonly dashes?: string;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.row}>
      <svg width={34} height={12} viewBox="0 0 34 12" aria-hidden="true">
        <path d="M1 6h24" stroke={color} strokeWidth={width} strokeDasharray={dashes} />
        <path d="M33 6l-9-4 2 4-2 4z" fill={color} />
      </svg>
      {children}
    </div>
  );
}

const getStyles = ({ colors, shape, spacing }: GrafanaTheme2) => ({
  row: css({ display: 'flex', alignItems: 'center', gap: spacing(1.25), minHeight: 27 }),
  note: css({ margin: spacing(0.5, 0, 0), color: colors.text.secondary }),
  key: css({
    minWidth: 60,
    padding: spacing(0, 0.75),
    border: `1px solid ${colors.border.medium}`,
    borderRadius: shape.radius.default,
    background: 'none',
    color: colors.text.primary,
    fontSize: 11,
    textAlign: 'center',
  }),
});

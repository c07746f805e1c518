import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';
import type { NodeKind } from 'toposcope-topology-datasource/graph/topology';
import { Glyph } from '../panel/glyph';
import { DASHES_OF_TONE } from '../scene/edge-look';
import { paletteOf } from '../scene/palette';
import { Card, Section } from './card';
import { HealthRow, KindRow, LineRow, MARKED_HEALTHS } from './legend-marks';

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

const KEYS: readonly (readonly [string, string])[] = [
  ['Arrows', 'From node to node'],
  ['Enter', 'Open the card'],
  ['Esc', 'Close the card'],
  ['+ −', 'Zoom'],
  ['z', 'Zoom to the node, as a double click'],
  ['0', 'Show all'],
  ['/', 'Search'],
  ['g t r', 'Graph, table, resources'],
  ['< >', 'Fill nodes by another metric'],
  ['q', 'Fill nodes by none'],
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
          <KindRow key={kind} kind={kind} />
        ))}
        <p className={styles.note}>A stack stands for several.</p>
      </Section>
      <Section title="Health">
        {MARKED_HEALTHS.map((health) => (
          <HealthRow key={health} health={health} />
        ))}
      </Section>
      <Section title="Arrows, from client to server">
        <LineRow color={palette.edge} width={3}>
          Wider: more bytes per second
        </LineRow>
        <LineRow color={palette.edgeIdle} width={1.5}>
          Pale: open, but nothing flows
        </LineRow>
        <LineRow color={palette.edgeFailing} width={2} dashes={DASHES_OF_TONE.failing}>
          Broken: connections fail
        </LineRow>
        <LineRow color={palette.health.warning} width={2} dashes={DASHES_OF_TONE.lossy}>
          Long dashes: much is sent again
        </LineRow>
        <LineRow color={palette.edge} width={2} dashes={DASHES_OF_TONE.membership} hasArrow={false}>
          Dotted: belongs to it, without traffic
        </LineRow>
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

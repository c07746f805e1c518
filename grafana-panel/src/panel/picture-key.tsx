import { useTheme2 } from '@grafana/ui';
import React from 'react';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import { Disc, HealthRow, KindRow, LegendRow, LineRow, MARKED_HEALTHS } from '../details/legend-marks';
import { paletteOf } from '../scene/palette';
import { EDGE_TONES, type EdgeTone, type Scene } from '../scene/scene';
import { Popover } from './popover';

interface Props {
  readonly topology: Topology;
  readonly scene: Scene;
}

const CHANGES = [
  { kind: 'added', sign: '+', meaning: 'New since the moment compared with' },
  { kind: 'removed', sign: '−', meaning: 'Gone since then' },
  { kind: 'changed', sign: 'Δ', meaning: 'Changed: the card says what' },
] as const;
const LINES: Readonly<Record<EdgeTone, { readonly meaning: string; readonly dashes?: string }>> = {
  idle: { meaning: 'Open, but nothing flows' },
  normal: { meaning: 'Client to server; wider: more bytes per second' },
  failing: { meaning: 'Connections fail', dashes: '5 4' },
  changed: { meaning: 'Other ports or failures than before' },
  removed: { meaning: 'No longer connected', dashes: '3 4' },
  added: { meaning: 'Newly connected' },
};

/** What the shapes, marks and lines of this very picture mean; folded it takes the room of a button. */
export function PictureKey({ topology, scene }: Props): React.JSX.Element {
  return (
    <Popover glyph="key" label="Legend" text="Legend" side="above" align="left">
      {() => <Rows topology={topology} scene={scene} />}
    </Popover>
  );
}

function Rows({ topology: { nodes, overlays = [] }, scene }: Props): React.JSX.Element {
  const palette = paletteOf(useTheme2(), false);
  const kinds = [...new Set(nodes.map(({ kind }) => kind))];
  const healths = new Set(nodes.map(({ health }) => health));
  const changes = new Set(nodes.map(({ change }) => change?.kind));
  const tones = new Set(scene.edges.map(({ tone }) => tone));
  const colorOf = (tone: EdgeTone) =>
    tone === 'idle'
      ? palette.edgeIdle
      : tone === 'normal'
        ? palette.edge
        : tone === 'failing'
          ? palette.edgeFailing
          : palette.changes[tone];
  return (
    <>
      {kinds.map((kind) => (
        <KindRow key={kind} kind={kind} />
      ))}
      {MARKED_HEALTHS.filter((health) => healths.has(health)).map((health) => (
        <HealthRow key={health} health={health} />
      ))}
      {nodes.some(({ alerts = [] }) => alerts.length > 0) && (
        <LegendRow mark={<Disc color={palette.health.critical} text="2" />}>Alerts that fire on it</LegendRow>
      )}
      {overlays
        .filter(({ show }) => show === 'badge')
        .map(({ key, label }) => (
          <LegendRow key={key} mark={<Pill color={palette.accent} />}>
            {label}
          </LegendRow>
        ))}
      {CHANGES.filter(({ kind }) => changes.has(kind)).map(({ kind, sign, meaning }) => (
        <LegendRow key={kind} mark={<Disc color={palette.changes[kind]} text={sign} />}>
          {meaning}
        </LegendRow>
      ))}
      {EDGE_TONES.filter((tone) => tones.has(tone)).map((tone) => (
        <LineRow key={tone} color={colorOf(tone)} width={2} dashes={LINES[tone].dashes}>
          {LINES[tone].meaning}
        </LineRow>
      ))}
      {scene.groups && (
        <LineRow color={palette.edge} width={4}>
          All connections between two groups; wider: more of them
        </LineRow>
      )}
    </>
  );
}

function Pill({ color }: { readonly color: string }): React.JSX.Element {
  return (
    <svg width={22} height={22} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <rect x={1} y={6.5} width={22} height={11} rx={5.5} stroke={color} strokeWidth={1.5} />
      <path d="M7 12h10" stroke={color} strokeWidth={1.5} />
    </svg>
  );
}

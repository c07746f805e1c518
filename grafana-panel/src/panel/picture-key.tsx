import { useTheme2 } from '@grafana/ui';
import React from 'react';
import type { Topology, ViewId } from 'toposcope-topology-datasource/graph/topology';
import { Disc, HealthRow, KindRow, LegendRow, LineRow, MARKED_HEALTHS } from '../details/legend-marks';
import { paletteOf } from '../scene/palette';
import type { Aggregate } from '../scene/aggregate';
import { colorOfTone, DASHES_OF_TONE } from '../scene/edge-look';
import { drawnBundles } from '../scene/paint-bundles';
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
const LINES: Readonly<Record<EdgeTone, string>> = {
  membership: 'Belongs to it: no connection, and no traffic',
  idle: 'Open, but nothing flows',
  normal: 'Client to server; wider: more bytes per second',
  lossy: 'Much is sent again: packets are lost',
  failing: 'Connections fail',
  changed: 'Other ports or failures than before',
  removed: 'No longer connected',
  added: 'Newly connected',
};
const FRAMES: Partial<Readonly<Record<ViewId, string>>> = {
  hosts: 'Hosts whose names begin alike',
  networks: 'A network with its members',
};

/** What the shapes, marks and lines of this very picture mean; folded it takes the room of a button. */
export function PictureKey({ topology, scene }: Props): React.JSX.Element {
  return (
    <Popover glyph="key" label="Legend" text="Legend" side="above" align="left">
      {() => <Rows topology={topology} scene={scene} />}
    </Popover>
  );
}

function Rows({ topology: { view, nodes, edges, overlays = [] }, scene }: Props): React.JSX.Element {
  const palette = paletteOf(useTheme2(), false);
  const kinds = [...new Set(nodes.map(({ kind }) => kind))];
  const healths = new Set(nodes.map(({ health }) => health));
  const changes = new Set(nodes.map(({ change }) => change?.kind));
  const tones = new Set(scene.edges.filter(({ isImplied }) => !isImplied).map(({ tone }) => tone));
  const [own] = edges.flatMap(({ value }) => value ?? []);
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
        <LineRow
          key={tone}
          color={colorOfTone(tone, palette)}
          width={2}
          dashes={DASHES_OF_TONE[tone]}
          hasArrow={tone !== 'membership'}
        >
          {own && tone === 'normal' ? `From one to the other; wider: more ${own.label}` : LINES[tone]}
        </LineRow>
      ))}
      {scene.groups && (
        <LegendRow mark={<Frame fill={palette.hull} stroke={palette.hullBorder} />}>
          {FRAMES[view] ?? 'A namespace, project or host'}
        </LegendRow>
      )}
      {scene.groups && <BundleRows groups={scene.groups} />}
    </>
  );
}

function BundleRows({ groups }: { readonly groups: Aggregate }): React.JSX.Element {
  const palette = paletteOf(useTheme2(), false);
  const drawn = drawnBundles(groups).length;
  const all = groups.bundles.length;
  return (
    <>
      <LineRow color={palette.edge} width={4}>
        From afar: all lines between two groups as one; wider: more of them
      </LineRow>
      {drawn < all && (
        <p>
          Of {all} such lines the {drawn} heaviest are drawn, troubles and changes first. Point at a group’s
          name to see all of its own.
        </p>
      )}
    </>
  );
}

function Frame({ fill, stroke }: { readonly fill: string; readonly stroke: string }): React.JSX.Element {
  return (
    <svg width={22} height={22} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <rect x={1.5} y={4.5} width={21} height={15} rx={4} fill={fill} stroke={stroke} strokeWidth={1.5} />
    </svg>
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

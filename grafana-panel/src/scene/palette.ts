import type { GrafanaTheme2 } from '@grafana/data';
import type { NodeHealth, NodeKind } from 'toposcope-topology-datasource/graph/topology';
import type { ChangeKind } from './decoration';

/** The colours and fonts of a picture. */
export interface Palette {
  readonly background: string;
  /** Inside of a node. */
  readonly surface: string;
  readonly text: string;
  readonly textSecondary: string;
  readonly edge: string;
  readonly edgeIdle: string;
  readonly edgeFailing: string;
  /** What the pointer or the selection brings out. */
  readonly accent: string;
  /** Of a group's frame. */
  readonly hull: string;
  readonly hullBorder: string;
  /** Of a metric that fills nodes. */
  readonly fill: string;
  readonly changes: Readonly<Record<ChangeKind, string>>;
  readonly kinds: Readonly<Record<NodeKind, string>>;
  readonly health: Readonly<Record<NodeHealth, string>>;
  readonly fontFamily: string;
}

export type Contrast = 'usual' | 'more';

/**
 * Blue for what is ours, grey for what is outside, orange and vermilion for trouble, purple for what is gone: hues that
 * people with any of the usual colour deficiencies tell apart (after Okabe and Ito, "Color Universal Design", 2008), in a
 * set for each theme. Where the system asks for more contrast, lines are as clear as texts.
 */
export function paletteOf(
  theme: GrafanaTheme2,
  transparent: boolean,
  contrast: Contrast = wantedContrast(),
): Palette {
  const usual = usualPalette(theme, transparent);
  return contrast === 'usual' ? usual : strengthened(usual, theme.isDark);
}

function wantedContrast(): Contrast {
  return matchMedia('(prefers-contrast: more)').matches ? 'more' : 'usual';
}

function strengthened(palette: Palette, dark: boolean): Palette {
  const line = dark ? '#c3c9d3' : '#3c434f';
  const stopped = dark ? '#a4abb7' : '#59616d';
  const mixed = dark ? '#ffb199' : '#a62f0c';
  return {
    ...palette,
    background: dark ? '#000000' : '#ffffff',
    surface: dark ? '#000000' : '#ffffff',
    text: dark ? '#ffffff' : '#000000',
    textSecondary: dark ? '#d5dae2' : '#2b313a',
    edge: line,
    edgeIdle: stopped,
    edgeFailing: mixed,
    hullBorder: line,
    health: { ...palette.health, stopped },
  };
}

function usualPalette(theme: GrafanaTheme2, transparent: boolean): Palette {
  const dark = theme.isDark;
  const { colors, typography } = theme;
  const outside = dark ? '#9aa1ad' : '#626a76';
  const process = dark ? '#a79df2' : '#5f4fc4';
  const controller = dark ? '#6fc3c9' : '#0f7480';
  const storage = dark ? '#d991bd' : '#a83f80';
  const container = dark ? '#5cadf5' : '#0b6bb8';
  return {
    background: transparent ? colors.background.canvas : colors.background.primary,
    surface: dark ? '#20242b' : '#ffffff',
    text: colors.text.primary,
    textSecondary: colors.text.secondary,
    edge: dark ? '#777e8b' : '#7d8694',
    edgeIdle: dark ? '#626975' : '#8b93a0',
    edgeFailing: dark ? '#ff7a52' : '#c8401a',
    accent: dark ? '#5cadf5' : '#0b6bb8',
    hull: dark ? 'rgba(122, 146, 190, 0.08)' : 'rgba(40, 80, 140, 0.05)',
    hullBorder: dark ? 'rgba(140, 160, 200, 0.28)' : 'rgba(40, 80, 140, 0.25)',
    fill: dark ? '#3d7fd0' : '#7fb3ea',
    changes: {
      added: dark ? '#3fc6a2' : '#00795a',
      removed: dark ? '#e58ad6' : '#9c2f8a',
      changed: dark ? '#f5b23d' : '#a86400',
    },
    kinds: {
      host: dark ? '#3fc6a2' : '#00795a',
      container,
      image: dark ? '#d991bd' : '#a83f80',
      process,
      'process-name': process,
      workload: controller,
      network: dark ? '#d3b15c' : '#8a6400',
      pod: container,
      deployment: controller,
      daemonset: controller,
      statefulset: controller,
      job: controller,
      cronjob: controller,
      controller,
      service: process,
      namespace: dark ? '#d3b15c' : '#8a6400',
      'storage-claim': storage,
      'storage-volume': storage,
      'storage-class': storage,
      node: dark ? '#3fc6a2' : '#00795a',
      group: container,
      custom: container,
      internet: outside,
      external: outside,
      unmanaged: outside,
      uncontained: outside,
      overflow: outside,
    },
    health: {
      ok: container,
      warning: dark ? '#f5b23d' : '#a86400',
      critical: dark ? '#ff7a52' : '#c8401a',
      stopped: dark ? '#7b828e' : '#868e9a',
      unknown: container,
    },
    fontFamily: typography.fontFamily,
  };
}

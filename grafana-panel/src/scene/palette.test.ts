import type { GrafanaTheme2 } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { paletteOf, type Palette } from './palette';

/** Of the Web Content Accessibility Guidelines 2.2, level AA: texts, and graphics that are needed to understand. */
const AA = { text: 4.5, graphics: 3 } as const;

/** What the palette takes of Grafana's themes, as Grafana 11 and 13 have it: the package itself needs a browser. */
const THEMES = [
  themeOf('dark', '#181b1f', 'rgb(204, 204, 220)', 'rgba(204, 204, 220, 0.65)'),
  themeOf('light', '#FFFFFF', 'rgba(36, 41, 46, 1)', 'rgba(36, 41, 46, 0.75)'),
];

function themeOf(name: string, primary: string, text: string, secondary: string) {
  const background = { primary, canvas: primary };
  const theme = {
    isDark: name === 'dark',
    colors: { background, text: { primary: text, secondary } },
    typography: { fontFamily: 'Test' },
  };
  return { name, theme: theme as GrafanaTheme2 };
}

describe.each(THEMES)('the colours of the $name theme', ({ theme }) => {
  const palette = paletteOf(theme, false, 'usual');

  it('let every text be read', () => {
    expect(textsOf(palette).filter(([, on, text]) => contrast(on, text) < AA.text)).toEqual([]);
  });

  it('let every line, outline and mark be seen', () => {
    expect(graphicsOf(palette).filter(([, on, line]) => contrast(on, line) < AA.graphics)).toEqual([]);
  });

  it('stand out more where the system asks for more contrast', () => {
    const strong = paletteOf(theme, false, 'more');
    const usual = new Map(graphicsOf(palette).map(([name, on, line]) => [name, contrast(on, line)]));
    for (const [name, on, line] of graphicsOf(strong).filter(([key]) => key.startsWith('edge'))) {
      expect([name, contrast(on, line) > (usual.get(name) ?? 0)]).toEqual([name, true]);
    }
    expect(graphicsOf(strong).filter(([, on, line]) => contrast(on, line) < AA.text)).toEqual([]);
  });
});

type Pair = readonly [name: string, on: string, color: string];

function textsOf({ background, surface, text, textSecondary, health, changes, accent }: Palette): Pair[] {
  return [
    ['names', background, text],
    ['second lines', background, textSecondary],
    ['figures', surface, text],
    ...[health.critical, health.warning, accent, ...Object.values(changes)].map((mark): Pair => [
      'signs in marks',
      mark,
      surface,
    ]),
  ];
}

function graphicsOf({
  background,
  edge,
  edgeIdle,
  edgeFailing,
  accent,
  kinds,
  health,
  changes,
}: Palette): Pair[] {
  return [
    ['edge', background, edge],
    ['edge, idle', background, edgeIdle],
    ['edge, failing', background, edgeFailing],
    ['accent', background, accent],
    ...Object.entries({ ...kinds, ...health, ...changes }).map(([name, color]): Pair => [
      name,
      background,
      color,
    ]),
  ];
}

/** Of relative luminances, by the guidelines' own formula. */
function contrast(one: string, other: string): number {
  const [dark = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const channels =
    /^#(..)(..)(..)$/
      .exec(color)
      ?.slice(1)
      .map((digits) => parseInt(digits, 16)) ?? rgb(color);
  const [red = 0, green = 0, blue = 0] = channels.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Of Grafana's texts, which let a little of the background through. */
function rgb(color: string): number[] {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (/\(([^)]+)\)/.exec(color)?.[1] ?? '')
    .split(',')
    .map(Number);
  const ground = red + green + blue > 380 ? 24 : 255;
  return [red, green, blue].map((value) => value * alpha + ground * (1 - alpha));
}

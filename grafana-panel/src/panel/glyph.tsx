import React from 'react';

/** Line drawings on a field of 24 by 24. */
const GLYPHS = {
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  tidy: 'M3.5 9.5h5v5h-5zM15.5 4h5v5h-5zM15.5 15h5v5h-5zM8.5 12H12M15.5 6.5H12v11h3.5',
  help: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M9.7 9.8c.2-1.4 1.1-2.2 2.4-2.2 1.4 0 2.3.8 2.3 2 0 1.8-2.4 2-2.4 3.900M12 16.300h.01',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M14 6l-6 6 6 6',
  forward: 'M5 12h14M13 6l6 6-6 6',
  warning: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  search: 'M10.5 4.5a6 6 0 1 0 0 12a6 6 0 1 0 0-12M15 15l4.500 4.500',
  pin: 'M9 4h6l-.8 6 3.300 3.500h-11L9.800 10zM12 13.500V20',
  filter: 'M4 5.500h16l-6 7.500v6l-4-2v-4z',
  frames: 'M4 5.500h7v5H4zM13.500 5.500H20v5h-6.500zM4 13.500h7v5H4zM13.500 13.500H20v5h-6.500z',
  key: 'M5 7h.01M9 7h10M5 12h.01M9 12h10M5 17h.01M9 17h10',
  fill: 'M6 4h12v16H6zM6 12c2-1.400 4-1.400 6 0s4 1.400 6 0',
  clock: 'M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16M12 8v4.300l3 1.700',
  pause: 'M8.500 5.500v13M15.500 5.500v13',
  play: 'M8 5.500v13l10.500-6.500z',
  download: 'M12 4v10M8 10.500l4 4 4-4M5 19h14',
  target: 'M12 5a7 7 0 1 0 0 14a7 7 0 1 0 0-14M12 2.500v4M12 17.500v4M2.500 12h4M17.500 12h4',
  link: 'M10 14l4-4M8.500 11l-2 2a3.200 3.200 0 0 0 4.500 4.500l2-2M15.500 13l2-2a3.200 3.200 0 0 0-4.500-4.500l-2 2',
  more: 'M5.500 12h.01M12 12h.01M18.500 12h.01',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M12 11v5M12 8h.01',
} as const;

export type GlyphName = keyof typeof GLYPHS;

export function Glyph({
  name,
  size = 16,
}: {
  readonly name: GlyphName;
  readonly size?: number;
}): React.JSX.Element {
  return <LineDrawing path={GLYPHS[name]} size={size} />;
}

export function LineDrawing({
  path,
  size,
  color = 'currentColor',
}: {
  readonly path: string;
  readonly size: number;
  readonly color?: string;
}): React.JSX.Element {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke={color}
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
    </svg>
  );
}

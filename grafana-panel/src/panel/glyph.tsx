import React from 'react';

/** Line drawings on a field of 24 by 24. */
const GLYPHS = {
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  tidy: 'M4 12h4M16 6h4M16 12h4M16 18h4M8 12c4 0 4-6 8-6M8 12h8M8 12c4 0 4 6 8 6',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M14 6l-6 6 6 6',
  forward: 'M5 12h14M13 6l6 6-6 6',
  warning: 'M12 4l9 16H3zM12 10v4M12 17h.01',
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

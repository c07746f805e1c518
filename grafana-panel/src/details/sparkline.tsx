import React from 'react';
import { sparklinePath } from './sparkline-path';
import type { Sample } from './topology-source';

interface Props {
  readonly samples: readonly Sample[];
  readonly width: number;
  readonly height: number;
  readonly color: string;
  readonly ceiling: number | null;
}

/** A small line without axes: the shape of the last while. Grafana's own differs between 11 and 13. */
export function Sparkline({ samples, width, height, color, ceiling }: Props): React.JSX.Element {
  const { line, area } = sparklinePath(samples, width, height - 2, ceiling);
  return (
    <svg
      width={width}
      height={height}
      aria-hidden="true"
      focusable="false"
      style={{ display: 'block', overflow: 'visible' }}
    >
      <g transform="translate(0 1)">
        <path d={area} fill={color} opacity={0.14} />
        <path
          d={line}
          fill="none"
          stroke={color}
          strokeWidth={1.5}
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      </g>
    </svg>
  );
}

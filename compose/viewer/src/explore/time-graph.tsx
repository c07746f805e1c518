import { getFieldDisplayName, outerJoinDataFrames, type DataFrame, type TimeRange } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React, { useEffect, useRef } from 'react';
import UPlot from 'uplot';

/** Lines that can still be told from each other. */
const LINES_SHOWN = 30;
const HEIGHT = 400;

interface Props {
  /** One a series: a time field and values. */
  readonly frames: DataFrame[];
  readonly range: TimeRange;
}

/** The series of a range query as lines over time, with a legend that tells the values under the pointer. */
export function TimeGraph({ frames, range }: Props) {
  const theme = useTheme2();
  const element = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const joined = outerJoinDataFrames({ frames: frames.slice(0, LINES_SHOWN) });
    const [time, ...series] = joined?.fields ?? [];
    if (!element.current || !joined || !time) {
      return undefined;
    }
    const axis = {
      stroke: theme.colors.text.secondary,
      grid: { stroke: theme.colors.border.weak, width: 1 },
      ticks: { stroke: theme.colors.border.weak, width: 1 },
      // In pixels: a canvas knows no rem, and uPlot scales what ends with px.
      font: `12px ${theme.typography.fontFamily}`,
    };
    const palette = theme.visualization.palette.map((name) => theme.visualization.getColorByName(name));
    const plot = new UPlot(
      {
        width: element.current.clientWidth,
        height: HEIGHT,
        ms: 1,
        scales: { x: { min: range.from.valueOf(), max: range.to.valueOf() } },
        axes: [axis, { ...axis, size: 80 }],
        series: [
          { label: 'Time' },
          ...series.map((field, index) => ({
            label: getFieldDisplayName(field, joined, frames),
            stroke: palette[index % palette.length],
            spanGaps: false,
          })),
        ],
      },
      [time.values as number[], ...series.map(({ values }) => values as number[])],
      element.current,
    );
    const resized = new ResizeObserver(([entry]) => {
      if (entry) {
        plot.setSize({ width: entry.contentRect.width, height: HEIGHT });
      }
    });
    resized.observe(element.current);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [frames, range, theme]);

  return (
    <>
      <div ref={element} />
      {frames.length > LINES_SHOWN && (
        <p>
          The first {LINES_SHOWN} of {frames.length} series are shown.
        </p>
      )}
    </>
  );
}

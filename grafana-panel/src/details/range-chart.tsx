import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';
import { cardStyles } from './card-styles';
import { formatValue } from './format';
import { formatInstant } from './moment';
import { Sparkline } from './sparkline';
import type { Sample } from './topology-source';

interface Props {
  readonly samples: readonly Sample[];
  /** A unit id of Grafana. */
  readonly unit: string;
  /** CSS pixels. */
  readonly width: number;
  readonly timeZone: string;
}

/** A series over the time range, from zero to its greatest value, both ends of the time below. */
export function RangeChart({ samples, unit, width, timeZone }: Props): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  const theme = useTheme2();
  const values = samples.flatMap(({ value }) => value ?? []);
  const [first, last] = [samples[0], samples.at(-1)];
  return (
    <>
      {values.length > 0 && (
        <div className={styles.scale}>
          <span>up to {formatValue(Math.max(...values), unit)}</span>
        </div>
      )}
      <Sparkline
        samples={samples}
        width={width}
        height={64}
        color={theme.visualization.getColorByName('blue')}
        ceiling={null}
      />
      {first && last && (
        <div className={styles.scale}>
          <span>{formatInstant(first.time, timeZone)}</span>
          <span>{formatInstant(last.time, timeZone)}</span>
        </div>
      )}
    </>
  );
}

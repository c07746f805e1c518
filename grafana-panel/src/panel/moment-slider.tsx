import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useEffect, useState } from 'react';

interface Props {
  readonly name: string;
  /** Unix milliseconds, as the others. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly format: (at: number) => string;
  readonly onChange: (at: number) => void;
}

const STEPS = 240;
/** A slider that is dragged asks for a picture where it rests. */
const REST_MS = 250;

/** Chooses a moment between two. */
export function MomentSlider({ name, at, from, to, format, onChange }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const [dragged, setDragged] = useState<number>();
  useEffect(() => {
    if (dragged === undefined) {
      return undefined;
    }
    const timer = setTimeout(() => {
      onChange(dragged);
      setDragged(undefined);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [dragged]);
  const shown = dragged ?? at;
  return (
    <label className={styles.slider}>
      <span>
        {name}: {format(shown)}
      </span>
      <input
        type="range"
        aria-valuetext={format(shown)}
        min={from}
        max={to}
        step={Math.max(1, Math.round((to - from) / STEPS))}
        value={shown}
        onChange={({ target }) => setDragged(Number(target.value))}
      />
      <span className={styles.ends}>
        <span>{format(from)}</span>
        <span>{format(to)}</span>
      </span>
    </label>
  );
}

const getStyles = ({ colors, spacing }: GrafanaTheme2) => ({
  slider: css({
    display: 'flex',
    flexDirection: 'column',
    gap: spacing(0.5),
    padding: spacing(0, 1),
    fontVariantNumeric: 'tabular-nums',
    '& input': { width: '100%', accentColor: colors.primary.main },
  }),
  ends: css({ display: 'flex', justifyContent: 'space-between', color: colors.text.secondary, fontSize: 11 }),
});

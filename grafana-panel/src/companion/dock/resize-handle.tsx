import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

const STEP = 24;

/** The dock's upper edge, which pointer and arrow keys move. */
export function ResizeHandle({
  height,
  onHeight,
}: {
  readonly height: number;
  readonly onHeight: (height: number) => void;
}): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const onPointerDown = (event: React.PointerEvent<HTMLDivElement>) => {
    const handle = event.currentTarget;
    const start = event.clientY;
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = ({ clientY }) => onHeight(height + start - clientY);
    handle.onpointerup = () => {
      handle.onpointermove = null;
    };
    event.preventDefault();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      onHeight(height + (event.key === 'ArrowUp' ? STEP : -STEP));
      event.preventDefault();
    }
  };
  return (
    <div
      className={styles.handle}
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the terminals and logs"
      aria-valuenow={height}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  );
}

const getStyles = ({ colors }: GrafanaTheme2) => ({
  handle: css({
    position: 'absolute',
    top: -4,
    left: 0,
    right: 0,
    height: 7,
    cursor: 'row-resize',
    touchAction: 'none',
    zIndex: 1,
    '&:hover, &:focus-visible': { background: colors.primary.transparent, outline: 'none' },
  }),
});

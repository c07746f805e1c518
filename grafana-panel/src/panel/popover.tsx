import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useEffect, useId, useRef, useState } from 'react';
import { Glyph, type GlyphName } from './glyph';

interface Props {
  readonly glyph: GlyphName;
  /** What the button is for, for those who cannot see it, and on hover. */
  readonly label: string;
  /** Beside the drawing; absent: the drawing alone. */
  readonly text?: string;
  /** It differs from what it is at first. */
  readonly active?: boolean;
  /** Where it unfolds to. */
  readonly side: 'below' | 'above';
  readonly align: 'left' | 'right';
  readonly children: (close: () => void) => React.ReactNode;
}

/** A button that unfolds a small box; Escape and a press elsewhere fold it. Inside the panel, so that it works full-screen. */
export function Popover({ glyph, label, text, active, side, align, children }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState(false);
  const [room, setRoom] = useState<number>(HEIGHT.most);
  const frame = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) {
      return undefined;
    }
    const onDown = ({ target }: PointerEvent) => {
      if (target instanceof Node && frame.current?.contains(target) !== true) {
        setOpen(false);
      }
    };
    document.addEventListener('pointerdown', onDown, true);
    return () => document.removeEventListener('pointerdown', onDown, true);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div
      ref={frame}
      className={styles.frame}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) {
          event.stopPropagation();
          close();
        }
      }}
    >
      <button
        ref={button}
        type="button"
        className={cx(styles.button, active === true && styles.active)}
        aria-label={text === undefined ? label : `${label}: ${text}`}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        title={label}
        onClick={({ currentTarget }) => {
          setRoom(roomBeside(currentTarget, side));
          setOpen((last) => !last);
        }}
      >
        <Glyph name={glyph} />
        {text !== undefined && <span>{text}</span>}
      </button>
      {open && (
        <div
          id={id}
          role="group"
          aria-label={label}
          className={cx(styles.box, styles[side], styles[align])}
          style={{ maxHeight: room }}
        >
          {children(close)}
        </div>
      )}
    </div>
  );
}

const PANEL = '[data-testid="toposcope-panel"]';
/** Heights of a popover's box, and what stays free between it and the panel's rim, CSS pixels. */
const HEIGHT = { least: 160, most: 560 } as const;
const FREE = 12;

/** What the panel leaves above or below a button, CSS pixels. */
function roomBeside(button: HTMLElement, side: 'above' | 'below'): number {
  const own = button.getBoundingClientRect();
  const whole = button.closest(PANEL)?.getBoundingClientRect();
  const room = whole ? (side === 'above' ? own.top - whole.top : whole.bottom - own.bottom) : HEIGHT.most;
  return Math.max(HEIGHT.least, Math.min(HEIGHT.most, room - FREE));
}

const getStyles = ({ colors, shape, shadows, spacing, typography }: GrafanaTheme2) => ({
  frame: css({ position: 'relative', display: 'inline-flex' }),
  button: css({
    display: 'inline-flex',
    alignItems: 'center',
    gap: spacing(0.75),
    flex: 'none',
    height: 28,
    padding: spacing(0, 0.75),
    border: 0,
    borderRadius: shape.radius.default,
    background: 'none',
    color: colors.text.secondary,
    fontSize: typography.bodySmall.fontSize,
    whiteSpace: 'nowrap',
    cursor: 'pointer',
    '&:hover': { color: colors.text.primary, background: colors.action.hover },
  }),
  active: css({ color: colors.primary.text }),
  box: css({
    position: 'absolute',
    zIndex: 4,
    minWidth: 180,
    maxWidth: 340,
    overflowY: 'auto',
    padding: spacing(1),
    background: colors.background.primary,
    border: `1px solid ${colors.border.weak}`,
    borderRadius: shape.radius.default,
    boxShadow: shadows.z3,
    fontSize: typography.bodySmall.fontSize,
  }),
  below: css({ top: 'calc(100% + 4px)' }),
  above: css({ bottom: 'calc(100% + 4px)' }),
  left: css({ left: 0 }),
  right: css({ right: 0 }),
});

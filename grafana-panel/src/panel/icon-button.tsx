import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import { Glyph, type GlyphName } from './glyph';

interface Props {
  readonly glyph: GlyphName;
  /** Its name for those who cannot see it, and on hover. */
  readonly label: string;
  readonly className?: string;
  readonly onClick: () => void;
}

export function IconButton({ glyph, label, className, onClick }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <button
      type="button"
      className={cx(styles.button, className)}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Glyph name={glyph} />
    </button>
  );
}

const getStyles = ({ colors, shape }: GrafanaTheme2) => ({
  button: css({
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    flex: 'none',
    width: 28,
    height: 28,
    padding: 0,
    border: 0,
    borderRadius: shape.radius.default,
    background: 'none',
    color: colors.text.secondary,
    cursor: 'pointer',
    '&:hover': { color: colors.text.primary, background: colors.action.hover },
  }),
});

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Input, useStyles2 } from '@grafana/ui';
import React from 'react';
import type { SearchError } from '../search/expression';
import { Glyph } from './glyph';
import { IconButton } from './icon-button';

export interface SearchBarHandle {
  focus(): void;
}

interface Props {
  readonly text: string;
  /** Nodes found; undefined: nothing is searched for. */
  readonly found: number | undefined;
  readonly error: SearchError | undefined;
  /** Fields that are asked for although no node has them, and those that there are. */
  readonly unknown: readonly string[];
  readonly known: readonly string[];
  readonly onChange: (text: string) => void;
  /** Makes the search a filter. */
  readonly onPin: () => void;
  readonly onLeave: () => void;
}

/** The search field: what it found, or what is wrong at which place. */
export const SearchBar = React.forwardRef<SearchBarHandle, Props>(function SearchBar(props, handle) {
  const { text, found, error, unknown, known, onChange, onPin, onLeave } = props;
  const styles = useStyles2(getStyles);
  const field = React.useRef<HTMLInputElement>(null);
  const notes = React.useId();
  React.useImperativeHandle(handle, () => ({ focus: () => field.current?.focus() }));
  const hint =
    unknown.length > 0 && found === 0
      ? `No node here has ${unknown.map((name) => `“${name}”`).join(', ')}. Fields are ${known.join(', ')}.`
      : '';
  return (
    <div role="search" className={styles.frame}>
      <Input
        ref={field}
        value={text}
        aria-label="Search nodes"
        aria-describedby={error || hint !== '' ? notes : undefined}
        aria-invalid={error !== undefined}
        invalid={error !== undefined}
        placeholder="Search, e.g. web and cpu > 50%"
        title="Words, field:value, cpu > 50%, /regular expression/, and, or, not, brackets. Enter pins it as a filter."
        spellCheck={false}
        autoComplete="off"
        prefix={<Glyph name="search" />}
        suffix={
          text !== '' && (
            <>
              {found !== undefined && (
                <span className={styles.count} role="status">
                  {found}
                </span>
              )}
              <IconButton
                glyph="pin"
                label="Pin: show only what matches (Enter)"
                className={styles.small}
                onClick={onPin}
              />
              <IconButton
                glyph="close"
                label="Clear the search"
                className={styles.small}
                onClick={() => onChange('')}
              />
            </>
          )
        }
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && text !== '' && !error) {
            onPin();
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            onChange('');
            onLeave();
          }
        }}
      />
      {(error ?? hint) !== '' && (
        <div id={notes} role="alert" className={styles.note}>
          {error ? (
            <>
              <code className={styles.code}>
                {text.slice(0, error.from)}
                <mark className={styles.place}>{text.slice(error.from, error.to) || '␣'}</mark>
                {text.slice(error.to)}
              </code>
              {error.message}
            </>
          ) : (
            hint
          )}
        </div>
      )}
    </div>
  );
});

const getStyles = ({ colors, shape, shadows, spacing, typography }: GrafanaTheme2) => ({
  frame: css({
    position: 'relative',
    flex: '1 1 130px',
    '& *': { boxSizing: 'border-box' },
  }),
  count: css({ padding: spacing(0, 0.5), color: colors.text.primary, fontVariantNumeric: 'tabular-nums' }),
  small: css({ width: 22, height: 22 }),
  note: css({
    position: 'absolute',
    zIndex: 3,
    top: 'calc(100% + 4px)',
    right: 0,
    left: 0,
    padding: spacing(0.75, 1),
    background: colors.background.primary,
    border: `1px solid ${colors.border.medium}`,
    borderRadius: shape.radius.default,
    boxShadow: shadows.z2,
    fontSize: typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
  }),
  code: css({ display: 'block', marginBottom: spacing(0.5), background: 'none', border: 0, padding: 0 }),
  place: css({
    padding: 0,
    background: 'none',
    color: colors.error.text,
    textDecoration: `underline wavy ${colors.error.text}`,
  }),
});

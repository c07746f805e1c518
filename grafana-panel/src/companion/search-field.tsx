import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';

interface Props {
  readonly label: string;
  /** False when nothing is found. */
  readonly onSearch: (text: string, direction: 'next' | 'previous') => boolean;
  readonly onClose: () => void;
}

/** A field with next and previous; Enter and Shift+Enter do the same, Escape closes. */
export function SearchField({ label, onSearch, onClose }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const [text, setText] = useState('');
  const [found, setFound] = useState(true);
  const search = (direction: 'next' | 'previous', wanted = text) =>
    setFound(wanted === '' || onSearch(wanted, direction));
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') {
      search(event.shiftKey ? 'previous' : 'next');
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
  };
  return (
    <div className={styles.field} role="search">
      <input
        className={styles.input}
        aria-label={label}
        aria-invalid={!found}
        placeholder="Find"
        autoFocus
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          search('next', currentTarget.value);
        }}
        onKeyDown={onKeyDown}
      />
      <IconButton name="angle-up" aria-label="Previous" onClick={() => search('previous')} />
      <IconButton name="angle-down" aria-label="Next" onClick={() => search('next')} />
      <IconButton name="times" aria-label="Close the search" onClick={onClose} />
    </div>
  );
}

const getStyles = ({ colors, shape, spacing }: GrafanaTheme2) => ({
  field: css({ display: 'flex', alignItems: 'center', gap: spacing(0.5) }),
  input: css({
    width: 180,
    height: 24,
    padding: spacing(0, 0.75),
    border: `1px solid ${colors.border.medium}`,
    borderRadius: shape.radius.default,
    background: colors.background.primary,
    color: colors.text.primary,
    '&[aria-invalid="true"]': { borderColor: colors.error.border },
  }),
});

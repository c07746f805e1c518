import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import { Bar } from './bar';
import { IconButton } from './icon-button';

interface Props {
  readonly onFit: () => void;
  /** Undefined: nothing is searched for. */
  readonly onFitMatches: (() => void) | undefined;
  readonly onZoom: (factor: number) => void;
  readonly onLayOutAgain: () => void;
  readonly onHelp: () => void;
}

const STEP = 1.5;

/** The buttons at the lower left of the picture. */
export function Toolbar({ onFit, onFitMatches, onZoom, onLayOutAgain, onHelp }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  return (
    <Bar label="Picture">
      <IconButton glyph="plus" label="Zoom in (+)" onClick={() => onZoom(STEP)} />
      <IconButton glyph="minus" label="Zoom out (−)" onClick={() => onZoom(1 / STEP)} />
      <IconButton glyph="fit" label="Show all (0)" onClick={onFit} />
      {onFitMatches && (
        <IconButton glyph="target" label="Show what the search found" onClick={onFitMatches} />
      )}
      <span className={styles.divider} />
      <IconButton
        glyph="tidy"
        label="Lay out again: forgets the places of all nodes, also those that you moved"
        onClick={onLayOutAgain}
      />
      <IconButton glyph="help" label="What the picture means (?)" onClick={onHelp} />
    </Bar>
  );
}

const getStyles = ({ colors }: GrafanaTheme2) => ({
  divider: css({ width: 1, alignSelf: 'stretch', margin: '4px 2px', background: colors.border.weak }),
});

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';
import { commandWords } from './command-words';

interface Props {
  readonly onStart: (command: [string, ...string[]]) => void;
}

/** Takes a program with its arguments, to run beside what runs. */
export function StartField({ onStart }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const [line, setLine] = useState('');
  const command = commandWords(line);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (command !== undefined) {
          onStart(command);
          setLine('');
        }
      }}
    >
      <input
        className={styles.line}
        aria-label="Command to start in the container"
        placeholder="Program and arguments; no shell unless you name one"
        spellCheck={false}
        value={line}
        onChange={({ currentTarget }) => setLine(currentTarget.value)}
      />
      <Button size="sm" variant="secondary" icon="play" type="submit" disabled={command === undefined}>
        Start
      </Button>
    </form>
  );
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => ({
  form: css({ display: 'flex', gap: spacing(0.75), padding: spacing(0.5, 0) }),
  line: css({
    flex: 1,
    minWidth: 0,
    maxWidth: 520,
    height: 24,
    padding: spacing(0, 0.75),
    border: `1px solid ${colors.border.medium}`,
    borderRadius: shape.radius.default,
    background: colors.background.primary,
    color: colors.text.primary,
    fontFamily: typography.fontFamilyMonospace,
    fontSize: 12,
  }),
});

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Checkbox, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import React from 'react';
import type { ViewFilter } from 'toposcope-topology-datasource/query';
import {
  CONTAINER_CHOICES,
  filterOf,
  namespacesOf,
  TOGGLES,
  withContainers,
  withNamespaces,
  withToggle,
} from './filters';
import { Popover } from './popover';

interface Props {
  /** What the query asks by itself. */
  readonly asked: ViewFilter;
  readonly filters: readonly string[];
  readonly onChange: (filters: readonly string[]) => void;
}

/** What the picture leaves out, beyond the query's own filter. */
export function FilterMenu({ asked, filters, onChange }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const effective = { ...asked, ...filterOf(filters) };
  return (
    <Popover
      glyph="filter"
      label="What is shown"
      active={filters.length > namespacesOf(filters).length}
      side="below"
      align="right"
    >
      {() => (
        <div className={styles.list}>
          <RadioButtonGroup
            size="sm"
            aria-label="Containers"
            options={CONTAINER_CHOICES.map(({ key, label }) => ({ value: key, label }))}
            value={effective.containers ?? 'all'}
            onChange={(key) => onChange(withContainers(filters, key))}
          />
          {TOGGLES.map(({ key, label, initially }) => (
            <Checkbox
              key={key}
              label={label}
              value={effective[key] ?? initially}
              onChange={({ currentTarget }) => onChange(withToggle(filters, key, currentTarget.checked))}
            />
          ))}
          <Button
            size="sm"
            variant="secondary"
            disabled={filters.length === namespacesOf(filters).length}
            onClick={() => onChange(withNamespaces([], namespacesOf(filters)))}
          >
            As the query says
          </Button>
        </div>
      )}
    </Popover>
  );
}

const getStyles = ({ spacing }: GrafanaTheme2) => ({
  list: css({ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: spacing(1) }),
});

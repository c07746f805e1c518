import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';
import type { MetricScale } from 'toposcope-topology-datasource/graph/topology';
import { formatValue } from '../details/format';
import { paletteOf } from '../scene/palette';
import { ChoiceList } from './choice-list';
import { Popover } from './popover';

interface Props {
  readonly fills: readonly MetricScale[];
  readonly fill: string;
  readonly onChoose: (key: string) => void;
  readonly onPreview: (key: string | undefined) => void;
}

/** Chooses the metric that fills the nodes, shows it while the pointer is on it, and says what a full node means. */
export function FillMenu({ fills, fill, onChoose, onPreview }: Props): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  const palette = paletteOf(useTheme2(), false);
  const chosen = fills.find(({ key }) => key === fill);
  if (fills.length === 0) {
    return null;
  }
  return (
    <>
      <Popover
        glyph="fill"
        label="Fill nodes by"
        text={`Fill: ${chosen?.label ?? 'none'}`}
        active={chosen !== undefined}
        side="above"
        align="left"
      >
        {(close) => (
          <ChoiceList
            choices={[{ key: '', label: 'Nothing' }, ...fills]}
            chosen={chosen?.key ?? ''}
            onPreview={onPreview}
            onChoose={(key) => {
              onPreview(undefined);
              onChoose(key);
              close();
            }}
          />
        )}
      </Popover>
      {chosen && (
        <span
          className={styles.legend}
          title={`A full node: its own limit, or ${formatValue(chosen.max, chosen.unit)} where it has none`}
        >
          <span>0</span>
          <svg width={56} height={10} viewBox="0 0 56 10" aria-hidden="true">
            <rect width={44.8} height={10} fill={palette.fill} />
            <rect x={44.8} width={8.4} height={10} fill={palette.health.warning} />
            <rect x={53.2} width={2.8} height={10} fill={palette.health.critical} />
          </svg>
          <span>limit or {formatValue(chosen.max, chosen.unit)}</span>
        </span>
      )}
    </>
  );
}

const getStyles = ({ colors, spacing }: GrafanaTheme2) => ({
  legend: css({
    display: 'inline-flex',
    alignItems: 'center',
    gap: spacing(0.5),
    paddingRight: spacing(0.75),
    color: colors.text.secondary,
    fontSize: 11,
    whiteSpace: 'nowrap',
  }),
});

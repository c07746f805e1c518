import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { RadioButtonGroup, useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';
import type { MetricScale } from 'toposcope-topology-datasource/graph/topology';
import { formatValue } from '../details/format';
import type { FillScale, FillWhole } from '../scene/fill-scale';
import { paletteOf } from '../scene/palette';
import { ChoiceList } from './choice-list';
import { Popover } from './popover';

interface Props {
  readonly fills: readonly MetricScale[];
  /** Undefined: nothing fills. */
  readonly fill: FillScale | undefined;
  /** The same, or what is looked at in the menu, which must not change under the pointer. */
  readonly shown: FillScale | undefined;
  readonly onChoose: (key: string) => void;
  readonly onChooseWhole: (whole: FillWhole) => void;
  readonly onPreview: (key: string | undefined) => void;
}

const WHOLES: { readonly value: FillWhole; readonly label: string }[] = [
  { value: 'limit', label: 'Its limit' },
  { value: 'greatest', label: 'The greatest value' },
];

/** Chooses the metric that fills the nodes, shows it while the pointer is on it, and says what a full node means. */
export function FillMenu({
  fills,
  fill,
  shown,
  onChoose,
  onChooseWhole,
  onPreview,
}: Props): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  if (fills.length === 0) {
    return null;
  }
  return (
    <>
      <Popover
        glyph="fill"
        label="Fill nodes by"
        text={`Fill: ${shown?.label ?? 'none'}`}
        active={fill !== undefined}
        side="above"
        align="left"
      >
        {(close) => (
          <>
            <ChoiceList
              choices={[{ key: '', label: 'Nothing' }, ...fills]}
              chosen={fill?.key ?? ''}
              onPreview={onPreview}
              onChoose={(key) => {
                onPreview(undefined);
                onChoose(key);
                close();
              }}
            />
            {fill?.hasLimits === true && (
              <div className={styles.whole}>
                <span>A full node is at</span>
                <RadioButtonGroup<FillWhole>
                  size="sm"
                  aria-label="A full node is at"
                  options={WHOLES}
                  value={fill.whole}
                  onChange={onChooseWhole}
                />
              </div>
            )}
          </>
        )}
      </Popover>
      {shown && <FillLegend fill={shown} />}
    </>
  );
}

/** From an empty node to a full one. */
function FillLegend({ fill }: { readonly fill: FillScale }): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const palette = paletteOf(useTheme2(), false);
  const isRank = fill.whole === 'greatest';
  const whole = formatValue(isRank ? fill.greatest : fill.max, fill.unit);
  return (
    <span
      className={styles.legend}
      title={
        isRank
          ? `A full node has ${whole}, the greatest value of this picture`
          : `A full node is at its own limit, or at ${whole} where it has none`
      }
    >
      <span>0</span>
      <svg width={56} height={10} viewBox="0 0 56 10" aria-hidden="true">
        <rect width={isRank ? 56 : 44.8} height={10} fill={palette.fill} />
        {!isRank && <rect x={44.8} width={8.4} height={10} fill={palette.health.warning} />}
        {!isRank && <rect x={53.2} width={2.8} height={10} fill={palette.health.critical} />}
      </svg>
      <span>{isRank ? `${whole}, the greatest` : `its limit, or ${whole}`}</span>
    </span>
  );
}

const getStyles = ({ colors, spacing }: GrafanaTheme2) => ({
  whole: css({
    display: 'flex',
    flexDirection: 'column',
    gap: spacing(0.5),
    marginTop: spacing(1),
    padding: spacing(0, 1),
    color: colors.text.secondary,
    fontSize: 11,
  }),
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

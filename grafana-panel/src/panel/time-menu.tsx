import { css } from '@emotion/css';
import type { GrafanaTheme2, TimeRange } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import { formatInstant } from '../details/moment';
import type { PanelState } from '../state/panel-state';
import { ChoiceList } from './choice-list';
import { IconButton } from './icon-button';
import { MomentSlider } from './moment-slider';
import { Popover } from './popover';

interface Props {
  readonly range: TimeRange;
  readonly timeZone: string;
  readonly moment: PanelState['moment'];
  readonly compareWith: string;
  /** The moment that the picture shows, Unix milliseconds. */
  readonly shown: number | undefined;
  readonly onMoment: (moment: PanelState['moment']) => void;
  readonly onCompare: (compareWith: string) => void;
}

/** Of the choice whose moment is chosen on a slider of its own. */
const ANOTHER = 'another';

const COMPARISONS = [
  { key: '', label: 'No comparison' },
  { key: '5m', label: 'with 5 minutes before' },
  { key: '15m', label: 'with 15 minutes before' },
  { key: '1h', label: 'with 1 hour before' },
  { key: '6h', label: 'with 6 hours before' },
  { key: '1d', label: 'with 1 day before' },
  { key: '7d', label: 'with 7 days before' },
  { key: ANOTHER, label: 'with another moment of the time range' },
] as const;

/** Live or not, the moment within the dashboard's time range, and what it is compared with: any two moments. */
export function TimeMenu(props: Props): React.JSX.Element {
  const { range, timeZone, moment, compareWith, shown, onMoment, onCompare } = props;
  const styles = useStyles2(getStyles);
  const from = range.from.valueOf();
  const to = range.to.valueOf();
  const format = (at: number) => formatInstant(at, timeZone);
  const at = typeof moment === 'number' ? Math.min(to, Math.max(from, moment)) : to;
  const other = /^\d+$/.test(compareWith) ? Math.min(to, Math.max(from, Number(compareWith))) : undefined;
  const text = moment === undefined ? 'Live' : moment === 'range' ? 'Everything' : format(moment);
  return (
    <>
      {moment === undefined ? (
        <IconButton glyph="pause" label="Pause: keep this moment" onClick={() => onMoment(shown ?? to)} />
      ) : (
        <IconButton glyph="play" label="Live again" onClick={() => onMoment(undefined)} />
      )}
      <Popover
        glyph="clock"
        label="Moment and comparison"
        text={compareWith === '' ? text : `${text} against ${nameOf(compareWith, format)}`}
        active={moment !== undefined || compareWith !== ''}
        side="above"
        align="left"
      >
        {(close) => (
          <div className={styles.box}>
            <MomentSlider name="Moment" at={at} from={from} to={to} format={format} onChange={onMoment} />
            <ChoiceList
              choices={[
                { key: 'live', label: 'Live: the end of the time range' },
                { key: 'range', label: 'Everything seen within the time range' },
              ]}
              chosen={moment === undefined ? 'live' : String(moment)}
              onChoose={(key) => onMoment(key === 'range' ? 'range' : undefined)}
            />
            <div className={styles.heading}>Compare</div>
            <ChoiceList
              choices={COMPARISONS}
              chosen={other === undefined ? compareWith : ANOTHER}
              onChoose={(key) => {
                if (key === ANOTHER) {
                  onCompare(String(Math.round((from + at) / 2)));
                } else {
                  onCompare(key);
                  close();
                }
              }}
            />
            {other !== undefined && (
              <MomentSlider
                name="Compared with"
                at={other}
                from={from}
                to={to}
                format={format}
                onChange={(chosen) => onCompare(String(chosen))}
              />
            )}
          </div>
        )}
      </Popover>
    </>
  );
}

function nameOf(compareWith: string, format: (at: number) => string): string {
  return /^\d+$/.test(compareWith) ? format(Number(compareWith)) : `${compareWith} before`;
}

const getStyles = ({ colors, spacing }: GrafanaTheme2) => ({
  box: css({ display: 'flex', flexDirection: 'column', gap: spacing(0.75), width: 280, maxWidth: '100%' }),
  heading: css({ padding: spacing(0.5, 1, 0), color: colors.text.secondary, fontSize: 11 }),
});

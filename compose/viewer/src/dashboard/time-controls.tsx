import { dateTime, rangeUtil, type RawTimeRange, type TimeRange } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { RefreshPicker, TimeRangePicker } from '@grafana/ui';
import React from 'react';

interface Props {
  readonly range: TimeRange;
  readonly refresh: string;
  readonly loading: boolean;
  readonly onRefresh: () => void;
}

/** Grafana's own time picker, which writes to the address, as dashboards do. */
export function TimePicker({ range }: Pick<Props, 'range'>) {
  return (
    <TimeRangePicker
      value={named(range)}
      timeZone="browser"
      onChange={({ raw }) => setRange(raw)}
      onChangeTimeZone={() => undefined}
      onMoveBackward={() => shift(range, -0.5)}
      onMoveForward={() => shift(range, 0.5)}
      onZoom={() => zoomOut(range)}
      isOnCanvas
    />
  );
}

/** Its time and refresh pickers. */
export function TimeControls({ range, refresh, loading, onRefresh }: Props) {
  return (
    <>
      <TimePicker range={range} />
      <RefreshPicker
        value={refresh}
        intervals={['5s', '10s', '30s', '1m', '5m']}
        isLoading={loading}
        onRefresh={onRefresh}
        onIntervalChanged={(interval) =>
          locationService.partial({ refresh: interval === '' ? 'off' : interval })
        }
        tooltip="Refresh"
        isOnCanvas
      />
    </>
  );
}

/** A range that has no name, such as now-7d to now-6d, as the moments that it means. */
function named(range: TimeRange): TimeRange {
  const { from, to } = range;
  return rangeUtil.describeTimeRange(range.raw).includes('now') ? { ...range, raw: { from, to } } : range;
}

/**
 * The range of an address (`from`, `to`: relative such as `now-15m`, or milliseconds); the last 15 minutes without, or
 * where it says no time.
 */
export function rangeOf(search: URLSearchParams): TimeRange {
  const bound = (name: string, otherwise: string) => {
    const text = search.get(name) ?? otherwise;
    return /^\d+$/.test(text) ? dateTime(Number(text)) : text;
  };
  const read = (from: RawTimeRange['from'], to: RawTimeRange['to']) =>
    rangeUtil.convertRawToRange({ from, to }, 'browser');
  const range = read(bound('from', 'now-15m'), bound('to', 'now'));
  return range.from.isValid() && range.to.isValid() ? range : read('now-15m', 'now');
}

export function setRange({ from, to }: RawTimeRange): void {
  const bound = (value: RawTimeRange['from']) =>
    typeof value === 'string' ? value : value.valueOf().toString();
  const { pathname, search, hash } = locationService.getLocation();
  const parameters = new URLSearchParams(search);
  parameters.set('from', bound(from));
  parameters.set('to', bound(to));
  // Not by `partial`, which would leave a page that the hash names.
  locationService.push({ pathname, search: parameters.toString(), hash });
}

function shift({ from, to }: TimeRange, share: number): void {
  const step = (to.valueOf() - from.valueOf()) * share;
  setRange({ from: dateTime(from.valueOf() + step), to: dateTime(to.valueOf() + step) });
}

function zoomOut({ from, to }: TimeRange): void {
  const half = (to.valueOf() - from.valueOf()) / 2;
  setRange({ from: dateTime(from.valueOf() - half), to: dateTime(to.valueOf() + half) });
}

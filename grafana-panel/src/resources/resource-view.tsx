import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { RadioButtonGroup, useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import { formatValue } from '../details/format';
import { fillColor } from '../scene/paint-decorations';
import { paletteOf } from '../scene/palette';
import { boxesOf, type Box, type Resource, type ResourceScale } from './boxes';

interface Props {
  readonly hosts: Topology | undefined;
  /** Undefined while they are not known. */
  readonly containers: Topology | undefined;
  readonly processes: Topology | undefined;
  readonly matches: ReadonlySet<string> | undefined;
  readonly resource: Resource;
  readonly scale: ResourceScale;
  readonly width: number;
  readonly height: number;
  readonly onChoose: (choice: { readonly resource?: Resource; readonly scale?: ResourceScale }) => void;
  /** Shows a box's card in its view. */
  readonly onOpen: (box: Box) => void;
}

const NO_HOSTS: Topology = { view: 'hosts', at: 0, nodes: [], edges: [], notices: [] };
/** A box narrower than this has no room for its name, CSS pixels. */
const LEAST_NAMED = 34;
/** Narrower ones are told of together, in a box so wide. */
const LEAST_DRAWN = 2;
const OTHERS = 30;
/** From here on a host's bar has the colours of trouble. */
const NEARLY_FULL = 0.8;

/** Who uses the hosts: hosts as wide as their capacity, containers and processes on them as wide as what they use. */
export function ResourceView(props: Props): React.JSX.Element {
  const { hosts, containers, processes, resource, scale, width, height, onChoose } = props;
  const styles = useStyles2(getStyles);
  const { hosts: boxes, unit } = boxesOf(hosts ?? NO_HOSTS, containers, processes, resource, scale);
  const room = Math.max(120, width - 190);
  return (
    <div
      data-body
      data-testid="toposcope-resources"
      tabIndex={0}
      role="region"
      aria-label="Hosts as boxes"
      className={styles.frame}
      style={{ width, height }}
    >
      <div className={styles.head}>
        <RadioButtonGroup<Resource>
          size="sm"
          aria-label="Resource"
          options={[
            { value: 'cpu', label: 'CPU' },
            { value: 'memory', label: 'Memory' },
          ]}
          value={resource}
          onChange={(chosen) => onChoose({ resource: chosen })}
        />
        <RadioButtonGroup<ResourceScale>
          size="sm"
          aria-label="As wide as its share of"
          options={[
            { value: 'capacity', label: 'Of the capacity' },
            { value: 'use', label: 'Of what is used' },
          ]}
          value={scale}
          onChange={(chosen) => onChoose({ scale: chosen })}
        />
        <span>
          Containers above, their processes below
          {scale === 'capacity' ? '; dashed: the kernel’s, and what has ended' : ''}
        </span>
      </div>
      <ul className={styles.list} aria-label="Hosts">
        {boxes.map((host) => (
          <li key={host.id} className={styles.host}>
            <button type="button" className={styles.name} onClick={() => props.onOpen(host)}>
              <strong>{host.label}</strong>
              <span>
                {formatValue(host.used, unit)} of {formatValue(host.capacity, unit)}
              </span>
            </button>
            <Bars host={host} unit={unit} room={room} matches={props.matches} onOpen={props.onOpen} />
          </li>
        ))}
      </ul>
      {boxes.length === 0 && hosts === undefined && <p className={styles.nothing}>Asking for the hosts …</p>}
      {boxes.length === 0 && hosts !== undefined && (
        <p className={styles.nothing}>No host is measured at this time.</p>
      )}
    </div>
  );
}

function Bars({
  host,
  unit,
  room,
  matches,
  onOpen,
}: {
  readonly host: Box;
  readonly unit: string;
  readonly room: number;
  readonly matches: ReadonlySet<string> | undefined;
  readonly onOpen: (box: Box) => void;
}): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const palette = paletteOf(useTheme2(), false);
  const share = host.capacity ? Math.min(1, (host.used ?? 0) / host.capacity) : 0;
  const fill = { share, isOfLimit: true };
  const color = share >= NEARLY_FULL ? fillColor(fill, palette) : palette.kinds.host;
  const rows = [
    { key: 'containers', color: palette.kinds.container, boxes: host.children },
    {
      key: 'processes',
      color: palette.kinds.process,
      boxes: host.children.flatMap(({ children }) => children),
    },
  ];
  return (
    <div className={styles.bars} style={{ width: room }}>
      <div className={styles.used} style={{ width: share * room, background: color }} />
      {rows.map(({ key, color: border, boxes }) => (
        <div key={key} className={styles.row}>
          {boxes
            .filter(({ width }) => width * room >= LEAST_DRAWN)
            .map((box) => (
              <button
                key={`${box.id} ${box.label}`}
                type="button"
                className={cx(
                  styles.box,
                  box.isRest && styles.rest,
                  matches?.has(box.id) === false && styles.faded,
                )}
                style={{
                  left: box.start * room,
                  width: Math.max(1, box.width * room - 1),
                  paddingLeft:
                    box.isRest && boxes.some(({ width }) => width * room < LEAST_DRAWN)
                      ? OTHERS + 4
                      : undefined,
                  borderColor: border,
                  background: box.isRest
                    ? 'none'
                    : `color-mix(in srgb, ${border} ${box.width * room >= LEAST_NAMED ? 22 : 55}%, transparent)`,
                }}
                title={`${box.label}: ${formatValue(box.used, unit)}${box.capacity === null ? '' : ` of ${formatValue(box.capacity, unit)}`}`}
                aria-label={`${box.label}, ${formatValue(box.used, unit)}`}
                onClick={() => onOpen(box)}
              >
                {box.width * room >= LEAST_NAMED ? box.label : ''}
              </button>
            ))}
          <Others boxes={boxes.filter(({ width }) => width * room < LEAST_DRAWN)} unit={unit} room={room} />
        </div>
      ))}
    </div>
  );
}

/** Those that are too narrow to be drawn, as one. */
function Others({
  boxes,
  unit,
  room,
}: {
  readonly boxes: readonly Box[];
  readonly unit: string;
  readonly room: number;
}): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  const [first] = boxes;
  if (!first) {
    return null;
  }
  const used = boxes.reduce((sum, box) => sum + (box.used ?? 0), 0);
  const said = `${boxes.length} ${boxes.length === 1 ? 'other' : 'others'}: ${formatValue(used, unit)}`;
  return (
    <span
      className={styles.others}
      style={{ left: Math.min(first.start * room, room - OTHERS) }}
      title={`${said}. The table has them all.`}
      role="note"
      aria-label={said}
    >
      +{boxes.length}
    </span>
  );
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => ({
  frame: css({
    display: 'flex',
    flexDirection: 'column',
    gap: spacing(1),
    padding: spacing(0, 1),
    overflow: 'auto',
    fontSize: typography.bodySmall.fontSize,
  }),
  head: css({ display: 'flex', alignItems: 'center', gap: spacing(1.5), color: colors.text.secondary }),
  list: css({
    display: 'flex',
    flexDirection: 'column',
    gap: spacing(1.5),
    margin: 0,
    padding: 0,
    listStyle: 'none',
  }),
  host: css({ display: 'flex', alignItems: 'flex-start', gap: spacing(1) }),
  name: css({
    display: 'flex',
    flexDirection: 'column',
    flex: 'none',
    width: 150,
    padding: 0,
    border: 0,
    background: 'none',
    color: colors.text.secondary,
    textAlign: 'left',
    cursor: 'pointer',
    '& strong': { color: colors.text.primary, overflow: 'hidden', textOverflow: 'ellipsis' },
  }),
  bars: css({
    display: 'flex',
    flexDirection: 'column',
    gap: 2,
    background: colors.background.secondary,
    borderRadius: shape.radius.default,
  }),
  used: css({ height: 6, borderRadius: shape.radius.default }),
  row: css({ position: 'relative', height: 22 }),
  box: css({
    position: 'absolute',
    top: 0,
    height: 22,
    padding: '0 4px',
    border: '1px solid',
    borderRadius: 2,
    color: colors.text.primary,
    fontSize: 11,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    textAlign: 'left',
    cursor: 'pointer',
    '&:hover': { filter: 'brightness(1.2)' },
  }),
  others: css({
    position: 'absolute',
    top: 0,
    zIndex: 1,
    width: OTHERS,
    height: 22,
    lineHeight: '22px',
    borderRadius: 2,
    background: colors.background.canvas,
    color: colors.text.secondary,
    fontSize: 11,
    textAlign: 'center',
  }),
  rest: css({ borderStyle: 'dashed', color: colors.text.secondary }),
  faded: css({ opacity: 0.45 }),
  nothing: css({ color: colors.text.secondary }),
});

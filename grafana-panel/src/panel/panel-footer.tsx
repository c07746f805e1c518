import { css } from '@emotion/css';
import type { GrafanaTheme2, TimeRange } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import type { Notice, Topology } from 'toposcope-topology-datasource/graph/topology';
import { formatInstant } from '../details/moment';
import { choiceOf, fillsOf } from '../scene/fill-scale';
import type { PanelState } from '../state/panel-state';
import type { ChangeState } from '../state/use-panel-state';
import { Bar } from './bar';
import { FillMenu } from './fill-menu';
import { Notices } from './notices';
import type { PictureHandle } from './picture';
import { PictureKey } from './picture-key';
import { TimeMenu } from './time-menu';
import { Toolbar } from './toolbar';
import type { Shown } from './use-shown';

interface Props {
  readonly shown: Shown;
  readonly state: PanelState;
  readonly change: ChangeState;
  readonly picture: React.RefObject<PictureHandle | null>;
  readonly timeZone: string;
  readonly range: TimeRange;
  readonly showsPicture: boolean;
  /** There is room for the moment and the metric. */
  readonly roomy: boolean;
  readonly onHelp: () => void;
}

/** Below the picture: what is to be known about it, its buttons, the moment, the metric that fills its nodes. */
export function PanelFooter(props: Props): React.JSX.Element {
  const { shown, state, change, picture, timeZone, range, showsPicture, roomy, onHelp } = props;
  const { topology, scene, failure, placing, search, waited, fill, shownFill, preview } = shown;
  const styles = useStyles2(getStyles);
  return (
    <>
      {topology && topology.nodes.length > 0 && (
        <div className={styles.notices}>
          <Notices notices={noticesOf(topology, failure, placing.failure)} />
        </div>
      )}
      <div className={styles.bars}>
        {showsPicture && (
          <Toolbar
            onFit={() => picture.current?.fit()}
            onFitMatches={search.matches && (() => picture.current?.fitTo(search.matches ?? new Set()))}
            onZoom={(factor) => picture.current?.zoomBy(factor)}
            onLayOutAgain={() => {
              change({ camera: undefined });
              placing.layOutAgain();
            }}
            onHelp={onHelp}
          />
        )}
        {placing.forming && (
          <span className={styles.forming} role="status">
            Laying out {topology?.nodes.length} nodes …
          </span>
        )}
        {topology && waited > 0 && (
          <div className={styles.waiting} role="status">
            No answer for {waited} s; as of {formatInstant(topology.at, timeZone).slice('yyyy-mm-dd '.length)}
          </div>
        )}
        {roomy && topology && (
          <Bar>
            <TimeMenu
              range={range}
              timeZone={timeZone}
              moment={state.moment}
              compareWith={state.compareWith}
              shown={topology.at}
              onMoment={(moment) => change({ moment })}
              onCompare={(compareWith) => change({ compareWith })}
            />
          </Bar>
        )}
        {roomy && showsPicture && topology && scene && (
          <Bar>
            <PictureKey topology={topology} scene={scene} />
          </Bar>
        )}
        {roomy && showsPicture && topology && fillsOf(topology).length > 0 && (
          <Bar>
            <FillMenu
              fills={fillsOf(topology)}
              fill={fill}
              shown={shownFill}
              onChoose={(key) => change({ fill: choiceOf(topology, key), fillWhole: undefined })}
              onChooseWhole={(whole) => change({ fillWhole: whole })}
              onPreview={preview}
            />
          </Bar>
        )}
      </div>
    </>
  );
}

function noticesOf(
  topology: Topology,
  failure: string | undefined,
  layoutFailure: string | undefined,
): readonly Notice[] {
  return [
    ...(failure === undefined
      ? []
      : [
          {
            severity: 'error' as const,
            message: `The last refresh failed: ${failure}`,
            action: 'The picture shows what was there before.',
          },
        ]),
    ...(layoutFailure === undefined
      ? []
      : [{ severity: 'error' as const, message: layoutFailure, action: 'Press “Lay out again”.' }]),
    ...topology.notices,
  ];
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => ({
  notices: css({ maxWidth: 720 }),
  bars: css({ display: 'flex', flexWrap: 'wrap', gap: spacing(0.75) }),
  forming: css({ color: colors.text.secondary, fontSize: typography.bodySmall.fontSize }),
  waiting: css({
    display: 'flex',
    alignItems: 'center',
    background: colors.background.primary,
    border: `1px solid ${colors.border.weak}`,
    borderRadius: shape.radius.default,
    minHeight: 34,
    padding: spacing(0, 1),
    color: colors.text.secondary,
    fontSize: typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
});

import { css } from '@emotion/css';
import type { DataFrame, GrafanaTheme2, PanelData, PanelPlugin } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { panelOptions } from '../dashboard/panel-options';
import { PanelHost } from '../panel-host';
import { FrameTable } from './frame-table';

interface Props {
  readonly data: PanelData;
  readonly panel: PanelPlugin;
}

/** What a query gave, as Explore shows it: nodes and edges as a picture, anything else as tables. */
export function Answer({ data, panel }: Props) {
  const styles = useStyles2(getStyles);
  const picture = useMemo(() => ({ ...data, series: data.series.filter(isGraph) }), [data]);
  // Without the tabs that change a dashboard's variable: the query names its view.
  const options = useMemo(() => ({ ...(panelOptions(panel) as object), viewVariable: '' }), [panel]);
  return (
    <>
      {picture.series.length > 0 && (
        <section aria-label="Topology" className={styles.picture}>
          <PanelHost plugin={panel} id={2} data={picture} initialOptions={options} />
        </section>
      )}
      {data.series
        .filter((frame) => !isGraph(frame))
        .map((frame, index) => (
          <FrameTable key={`${frame.name ?? ''}${index}`} frame={frame} />
        ))}
    </>
  );
}

function isGraph({ meta }: DataFrame): boolean {
  return meta?.preferredVisualisationType === 'nodeGraph';
}

const getStyles = (theme: GrafanaTheme2) => ({
  picture: css({
    height: 500,
    marginBottom: theme.spacing(2),
    border: `1px solid ${theme.colors.border.weak}`,
  }),
});

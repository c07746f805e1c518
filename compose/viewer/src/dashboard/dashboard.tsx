import { css } from '@emotion/css';
import { LoadingState, type DataQuery, type PanelPlugin } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { Navigation } from '../navigation';
import { TOPOLOGY_UID } from '../services/data-sources';
import { usePageLocation } from '../use-location';
import { PanelHost } from '../panel-host';
import { panelOptions } from './panel-options';
import { TimeControls } from './time-controls';
import { usePanelData } from './use-panel-data';

const QUERY = { refId: 'A', queryType: 'topology', view: '$view' } as DataQuery;

/** A dashboard of one panel, as large as the window: the topology. */
export function Dashboard({ plugin }: { readonly plugin: PanelPlugin }) {
  const styles = useStyles2(getStyles);
  const { search } = usePageLocation();
  const refresh = new URLSearchParams(search).get('refresh') ?? '5s';
  const { data, run } = usePanelData(TOPOLOGY_UID, QUERY, partOfQuery(search), refresh);
  const options = useMemo(() => panelOptions(plugin), [plugin]);

  return (
    <>
      <Navigation page="dashboard">
        <TimeControls
          range={data.timeRange}
          refresh={refresh === 'off' ? '' : refresh}
          loading={data.state === LoadingState.Loading}
          onRefresh={run}
        />
      </Navigation>
      <main className={styles.panel}>
        <PanelHost plugin={plugin} id={1} data={data} initialOptions={options} />
      </main>
    </>
  );
}

/** The address without what panels keep of themselves in it: a zoom or a card is no reason to ask anew. */
function partOfQuery(search: string): string {
  const parameters = new URLSearchParams(search);
  for (const name of [...parameters.keys()].filter((key) => /^topo\d+-/.test(key))) {
    parameters.delete(name);
  }
  return parameters.toString();
}

const getStyles = () => ({
  panel: css({ flex: 1, minHeight: 0, overflow: 'hidden' }),
});

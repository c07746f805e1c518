import { css } from '@emotion/css';
import {
  applyFieldOverrides,
  dateTime,
  EventBusSrv,
  LoadingState,
  type DataQuery,
  type FieldConfigSource,
  type PanelPlugin,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { ErrorBoundary } from '../error-boundary';
import { Navigation } from '../navigation';
import { TOPOLOGY_UID } from '../services/data-sources';
import { usePageLocation } from '../use-location';
import { panelOptions } from './panel-options';
import { setRange, TimeControls } from './time-controls';
import { usePanelData } from './use-panel-data';

const QUERY = { refId: 'A', queryType: 'topology', view: '$view' } as DataQuery;
const NO_FIELD_CONFIG: FieldConfigSource = { defaults: {}, overrides: [] };

/** A dashboard of one panel, as large as the window: the topology. */
export function Dashboard({ plugin }: { readonly plugin: PanelPlugin }) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const { search } = usePageLocation();
  const refresh = new URLSearchParams(search).get('refresh') ?? '5s';
  const { data, run } = usePanelData(TOPOLOGY_UID, QUERY, partOfQuery(search), refresh);
  const [options, setOptions] = useState<unknown>(() => panelOptions(plugin));
  const eventBus = useMemo(() => new EventBusSrv(), []);
  const area = useRef<HTMLDivElement>(null);
  const size = useSize(area);
  const renders = useRef(0);
  const Panel = plugin.panel;

  const series = useMemo(
    () =>
      applyFieldOverrides({
        data: data.series,
        fieldConfig: NO_FIELD_CONFIG,
        replaceVariables: (text) => getTemplateSrv().replace(text),
        theme,
        timeZone: 'browser',
      }),
    [data.series, theme],
  );

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
      <main ref={area} className={styles.panel} data-testid="topology-panel">
        {Panel && size && (
          <ErrorBoundary what="The topology panel">
            <Panel
              id={1}
              title="Topology"
              data={{ ...data, series }}
              timeRange={data.timeRange}
              timeZone="browser"
              options={options}
              fieldConfig={NO_FIELD_CONFIG}
              transparent={false}
              width={size.width}
              height={size.height}
              renderCounter={renders.current++}
              eventBus={eventBus}
              onOptionsChange={setOptions}
              onFieldConfigChange={() => undefined}
              replaceVariables={(text, scopedVars, format) =>
                getTemplateSrv().replace(text, scopedVars, format)
              }
              onChangeTimeRange={({ from, to }) => setRange({ from: dateTime(from), to: dateTime(to) })}
            />
          </ErrorBoundary>
        )}
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

function useSize(ref: React.RefObject<HTMLElement>): { width: number; height: number } | undefined {
  const [size, setSize] = useState<{ width: number; height: number }>();
  useLayoutEffect(() => {
    const element = ref.current;
    if (element) {
      setSize({ width: element.clientWidth, height: element.clientHeight });
    }
  }, [ref]);
  useEffect(() => {
    const element = ref.current;
    if (!element) {
      return undefined;
    }
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

const getStyles = () => ({
  panel: css({ position: 'relative', flex: 1, minHeight: 0, overflow: 'hidden' }),
});

import { css } from '@emotion/css';
import {
  CoreApp,
  LoadingState,
  type DataQuery,
  type DataSourceApi,
  type DataSourcePlugin,
  type GrafanaTheme2,
  type PanelData,
  type PanelPlugin,
} from '@grafana/data';
import { getDataSourceSrv, locationService } from '@grafana/runtime';
import { Alert, Button, useStyles2 } from '@grafana/ui';
import React, { useEffect, useMemo, useRef, useState } from 'react';
import type { Subscription } from 'rxjs';
import { rangeOf, TimePicker } from '../dashboard/time-controls';
import { runQuery } from '../run-query';
import { TOPOLOGY_UID } from '../services/data-sources';
import { usePageLocation } from '../use-location';
import { Answer } from './answer';
import { queryIn, searchWith } from './asked-query';

interface Props {
  readonly plugin: DataSourcePlugin<DataSourceApi>;
  readonly panel: PanelPlugin;
}

/** The plugin's query editor, and what its query gives. An address that holds a query asks it at once. */
export function ExplorePage({ plugin, panel }: Props) {
  const styles = useStyles2(getStyles);
  const [dataSource, setDataSource] = useState<DataSourceApi>();
  const [query, setQuery] = useState<DataQuery>({ refId: 'A' });
  const [data, setData] = useState<PanelData>();
  const [live, setLive] = useState(false);
  const running = useRef<Subscription>();
  // An editor changes the query and runs it in one go.
  const latest = useRef(query);
  latest.current = query;
  const { search } = usePageLocation();
  const range = useMemo(() => rangeOf(new URLSearchParams(search)), [search]);
  const Editor = plugin.components.QueryEditor;

  useEffect(() => {
    void getDataSourceSrv()
      .get(TOPOLOGY_UID)
      .then((found) => {
        const linked = queryIn(locationService.getLocation().search);
        const first = linked ?? { refId: 'A', ...found.getDefaultQuery?.(CoreApp.Explore) };
        setQuery(first);
        setDataSource(found);
        if (linked !== undefined) {
          ask(found, linked, false);
        }
      });
    return () => running.current?.unsubscribe();
  }, []);

  const ask = (source: DataSourceApi, asked: DataQuery, liveStreaming: boolean) => {
    setLive(liveStreaming);
    running.current?.unsubscribe();
    const within = rangeOf(new URLSearchParams(locationService.getLocation().search));
    const asker = { app: CoreApp.Explore, liveStreaming };
    running.current = runQuery(source, [asked], within, asker).subscribe(setData);
  };

  if (!dataSource || !Editor) {
    return null;
  }
  const run = (liveStreaming: boolean) => {
    const { pathname, search: before, hash } = locationService.getLocation();
    locationService.replace({ pathname, search: searchWith(before, latest.current), hash });
    ask(dataSource, latest.current, liveStreaming);
  };
  return (
    <main className={styles.page}>
      <h2>Explore</h2>
      <Editor
        datasource={dataSource}
        query={query}
        app={CoreApp.Explore}
        data={data}
        onChange={(changed) => {
          latest.current = changed;
          setQuery(changed);
        }}
        onRunQuery={() => run(live)}
      />
      <div className={styles.actions}>
        <TimePicker range={range} />
        <Button icon="play" onClick={() => run(false)}>
          Run query
        </Button>
        {plugin.meta.streaming && (
          <Button
            icon={live ? 'pause' : 'play'}
            variant="secondary"
            aria-pressed={live}
            onClick={() => run(!live)}
          >
            Live
          </Button>
        )}
      </div>
      {data?.state === LoadingState.Error && (
        <Alert severity="error" title={data.error?.message ?? 'The query failed'} />
      )}
      {data && <Answer data={data} panel={panel} />}
    </main>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(3), overflow: 'auto' }),
  actions: css({ display: 'flex', gap: theme.spacing(1), margin: theme.spacing(2, 0) }),
});

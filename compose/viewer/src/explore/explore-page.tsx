import { css } from '@emotion/css';
import {
  CoreApp,
  LoadingState,
  type DataQuery,
  type DataSourceApi,
  type DataSourcePlugin,
  type GrafanaTheme2,
  type PanelData,
} from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { Alert, Button, useStyles2 } from '@grafana/ui';
import React, { useEffect, useRef, useState } from 'react';
import type { Subscription } from 'rxjs';
import { rangeOf } from '../dashboard/time-controls';
import { runQuery } from '../run-query';
import { TOPOLOGY_UID } from '../services/data-sources';
import { FrameTable } from './frame-table';

/** The plugin's query editor, and the frames that its query gives, as tables. */
export function ExplorePage({ plugin }: { readonly plugin: DataSourcePlugin<DataSourceApi> }) {
  const styles = useStyles2(getStyles);
  const [dataSource, setDataSource] = useState<DataSourceApi>();
  const [query, setQuery] = useState<DataQuery>({ refId: 'A' });
  const [data, setData] = useState<PanelData>();
  const [live, setLive] = useState(false);
  const running = useRef<Subscription>();
  // An editor changes the query and runs it in one go.
  const latest = useRef(query);
  latest.current = query;
  const Editor = plugin.components.QueryEditor;

  useEffect(() => {
    void getDataSourceSrv()
      .get(TOPOLOGY_UID)
      .then((found) => {
        setQuery((before) => ({ ...before, ...found.getDefaultQuery?.(CoreApp.Explore) }));
        setDataSource(found);
      });
    return () => running.current?.unsubscribe();
  }, []);

  if (!dataSource || !Editor) {
    return null;
  }
  const run = (liveStreaming: boolean) => {
    setLive(liveStreaming);
    running.current?.unsubscribe();
    const range = rangeOf(new URLSearchParams(window.location.search));
    const asker = { app: CoreApp.Explore, liveStreaming };
    running.current = runQuery(dataSource, [latest.current], range, asker).subscribe(setData);
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
      {data?.series.map((frame, index) => (
        <FrameTable key={`${frame.name ?? ''}${index}`} frame={frame} />
      ))}
    </main>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(3), overflow: 'auto' }),
  actions: css({ display: 'flex', gap: theme.spacing(1), margin: theme.spacing(2, 0) }),
});

import { css } from '@emotion/css';
import { CoreApp, LoadingState, type GrafanaTheme2, type PanelData } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { Alert, Button, TextArea, useStyles2 } from '@grafana/ui';
import React, { useEffect, useMemo, useState } from 'react';
import { from, switchMap } from 'rxjs';
import { runQuery } from '../run-query';
import { PROMETHEUS_UID } from '../services/data-sources';
import type { PrometheusQuery } from '../prometheus/prometheus-data-source';
import { rangeOf } from '../dashboard/time-controls';
import { paneOf } from './pane';
import { TimeGraph } from './time-graph';

/** What a link of a card leads to, as in Grafana's Explore: its PromQL, and what Prometheus answers to it. */
export function QueryPage({ search }: { readonly search: string }) {
  const styles = useStyles2(getStyles);
  const pane = useMemo(() => paneOf(new URLSearchParams(search)), [search]);
  const range = useMemo(() => rangeOf(pane?.range ?? new URLSearchParams()), [pane]);
  const [text, setText] = useState(pane?.expr ?? '');
  const [asked, setAsked] = useState({ expr: text });
  const [data, setData] = useState<PanelData>();

  useEffect(() => {
    if (pane === undefined || asked.expr.trim() === '') {
      return undefined;
    }
    const query: PrometheusQuery = { refId: 'A', expr: asked.expr, range: true };
    const running = from(getDataSourceSrv().get(PROMETHEUS_UID))
      .pipe(switchMap((prometheus) => runQuery(prometheus, [query], range, { app: CoreApp.Explore })))
      .subscribe(setData);
    return () => running.unsubscribe();
  }, [asked, pane, range]);

  if (pane === undefined) {
    return (
      <main className={styles.page}>
        <Alert severity="warning" title="This address holds no query: open it from a node's card." />
      </main>
    );
  }
  return (
    <main className={styles.page}>
      <h2>Query</h2>
      <TextArea
        aria-label="PromQL"
        className={styles.expr}
        rows={4}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button icon="play" className={styles.run} onClick={() => setAsked({ expr: text })}>
        Run query
      </Button>
      {data?.state === LoadingState.Error && (
        <Alert severity="error" title={data.error?.message ?? 'The query failed'} />
      )}
      {data?.state === LoadingState.Done && data.series.length === 0 && (
        <Alert severity="info" title="Prometheus has no samples for this query in this time range." />
      )}
      {data !== undefined && data.series.length > 0 && <TimeGraph frames={data.series} range={range} />}
    </main>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(3), overflow: 'auto' }),
  expr: css({ fontFamily: theme.typography.fontFamilyMonospace }),
  run: css({ margin: theme.spacing(2, 0) }),
});

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import { Dashboard } from './dashboard/dashboard';
import { DataSourcePage } from './datasource/data-source-page';
import { ErrorBoundary } from './error-boundary';
import { ExplorePage } from './explore/explore-page';
import { QueryPage } from './explore/query-page';
import { Navigation } from './navigation';
import type { Plugins } from './plugins';
import type { DataSources } from './services/data-sources';
import { usePageLocation } from './use-location';

interface Props {
  readonly plugins: Plugins;
  readonly dataSources: DataSources;
}

/** Header and the page that the address names: the dashboard, `#/explore`, `#/datasource`, or a query of Grafana's Explore. */
export function App({ plugins, dataSources }: Props) {
  const { pathname, search, hash } = usePageLocation();
  const styles = useStyles2(getStyles);
  const page = pathname === '/explore' ? 'query' : hash.replace(/^#\//, '');
  return (
    <div className={styles.page}>
      <ErrorBoundary what="This page" key={page}>
        {page === 'query' ? (
          <>
            <Navigation page={page} />
            <QueryPage key={search} search={search} />
          </>
        ) : page === 'explore' ? (
          <>
            <Navigation page={page} />
            <ExplorePage plugin={plugins.dataSource} panel={plugins.panel} />
          </>
        ) : page === 'datasource' ? (
          <>
            <Navigation page={page} />
            <DataSourcePage plugin={plugins.dataSource} dataSources={dataSources} />
          </>
        ) : (
          <Dashboard plugin={plugins.panel} />
        )}
      </ErrorBoundary>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    display: 'flex',
    flexDirection: 'column',
    height: '100vh',
    background: theme.colors.background.canvas,
    color: theme.colors.text.primary,
  }),
});

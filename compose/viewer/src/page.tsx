import {
  createTheme,
  EventBusSrv,
  PluginContextProvider,
  setTimeZoneResolver,
  ThemeContext,
} from '@grafana/data';
import {
  config,
  FakeEchoSrv,
  locationService,
  setAppEvents,
  setBackendSrv,
  setDataSourceSrv,
  setEchoSrv,
  setLocationSrv,
  setTemplateSrv,
} from '@grafana/runtime';
import { GlobalStyles, ModalRoot, PortalContainer } from '@grafana/ui';
import React from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { ErrorBoundary } from './error-boundary';
import { startGrafanaVersion } from './grafana-version';
import { loadPlugins } from './plugins';
import { createBackendService } from './services/backend';
import { createDataSources } from './services/data-sources';
import type { FrontendSettings } from './services/frontend-settings';
import { fillRegistries } from './services/registries';
import { createTemplateService } from './services/templates';
import { registerSharedModules } from './shared-modules';
import { themeOf } from './theme';

/** Puts Grafana's services in place, loads the plugins, and draws the page. */
export async function startPage({ datasources }: FrontendSettings): Promise<void> {
  const search = () => new URLSearchParams(locationService.getLocation().search);
  const theme = createTheme({ colors: { mode: themeOf() } });
  config.theme2 = theme;
  config.theme = theme.v1;
  setTimeZoneResolver(() => 'browser');
  setBackendSrv(createBackendService());
  setTemplateSrv(createTemplateService(search));
  setEchoSrv(new FakeEchoSrv());
  setAppEvents(new EventBusSrv());
  setLocationSrv(locationService);
  fillRegistries();
  await startGrafanaVersion();
  registerSharedModules();

  const plugins = await loadPlugins();
  const dataSources = createDataSources(plugins.dataSource, datasources.Toposcope?.jsonData ?? {});
  setDataSourceSrv(dataSources);

  createRoot(rootElement()).render(
    <ErrorBoundary what="The page">
      <ThemeContext.Provider value={theme}>
        <GlobalStyles />
        <PluginContextProvider meta={plugins.panel.meta}>
          <App plugins={plugins} dataSources={dataSources} />
        </PluginContextProvider>
        <PortalContainer />
        <ModalRoot />
      </ThemeContext.Provider>
    </ErrorBoundary>,
  );
}

function rootElement(): HTMLElement {
  const root = document.getElementById('root');
  if (!root) {
    throw new Error('The page has no element #root.');
  }
  return root;
}

import { bootData } from './boot-data';
import { describeError } from './describe-error';
import { fetchFrontendSettings } from './services/frontend-settings';
import { themeOf } from './theme';

start().catch((error: unknown) => {
  const status = document.querySelector('.loading');
  if (status) {
    const message = document.createElement('pre');
    message.textContent = `The page could not start: ${describeError(error)}`;
    status.replaceChildren(message);
  }
  throw error;
});

async function start(): Promise<void> {
  const settings = await fetchFrontendSettings();
  // @grafana/runtime reads this while it is being loaded, so it is set before anything of Grafana's is imported.
  window.grafanaBootData = bootData(themeOf(), VIEWER_GRAFANA_VERSION, settings.user);
  const { startPage } = await import('./page');
  await startPage(settings);
}

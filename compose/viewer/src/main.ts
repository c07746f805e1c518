import { bootData } from './boot-data';
import { describeError } from './describe-error';

// @grafana/runtime reads this while it is being loaded, so it is set before anything of Grafana's is imported.
window.grafanaBootData = bootData(new URLSearchParams(window.location.search), VIEWER_GRAFANA_VERSION);

import('./page')
  .then(({ startPage }) => startPage())
  .catch((error: unknown) => {
    const status = document.querySelector('.loading');
    if (status) {
      const message = document.createElement('pre');
      message.textContent = `The page could not start: ${describeError(error)}`;
      status.replaceChildren(message);
    }
    throw error;
  });

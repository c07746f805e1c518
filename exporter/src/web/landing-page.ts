import type { CollectorRun } from '../collectors/self.js';
import { HEALTH_PATH } from './health-path.js';

export interface LandingPage {
  readonly host: string;
  readonly version: string;
  readonly telemetryPath: string;
  readonly runs: readonly CollectorRun[];
}

/** What a person sees who opens the exporter's address: links, and how the last scrape went. */
export function landingPage({ host, version, telemetryPath, runs }: LandingPage): string {
  const rows = runs.map(
    ({ name, error, seconds, mode }) =>
      `<tr><td>${escapeHtml(name)}</td><td>${error === undefined ? 'up' : 'failed'}</td>` +
      `<td>${(seconds * 1000).toFixed(1)} ms</td><td>${escapeHtml(error?.message ?? mode ?? '')}</td></tr>`,
  );
  const status =
    rows.length === 0
      ? '<p>Nothing has been scraped yet.</p>'
      : `<table><thead><tr><th>Collector</th><th>State</th><th>Took</th><th>Notes</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Toposcope exporter on ${escapeHtml(host)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
td, th { text-align: left; padding: 0.1rem 1.5rem 0.1rem 0; vertical-align: top; }
</style>
</head>
<body>
<h1>Toposcope exporter</h1>
<p>Version ${escapeHtml(version)} on host ${escapeHtml(host)}. It only reads.</p>
<ul>
<li><a href="${escapeHtml(encodeURI(telemetryPath))}">Metrics</a></li>
<li><a href="${HEALTH_PATH}">Health</a></li>
</ul>
<h2>Last scrape</h2>
${status}
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

import { stringify } from 'yaml';
import { ALERTS } from './alerts.js';
import { RECORDINGS } from './recordings.js';
import type { Alert, Recording } from './rule.js';

/** Where the project's documents are read; a runbook is a page below it. */
export const DOCUMENTS = 'https://github.com/toposcope/toposcope/blob/main/docs';

/** The rule files by their path below `dashboards/`. */
export function ruleFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['rules/recording.yaml', write([{ name: 'toposcope-edges', rules: RECORDINGS.map(recordingRule) }])],
    ['rules/alerts.yaml', write([{ name: 'toposcope-alerts', rules: ALERTS.map(alertingRule) }])],
  ]);
}

function recordingRule({ record, expr }: Recording) {
  return { record, expr };
}

function alertingRule({ name, expr, severity, summary, description, ...alert }: Alert) {
  return {
    alert: name,
    expr,
    for: alert.for,
    labels: { severity },
    annotations: { summary, description, runbook_url: `${DOCUMENTS}/runbooks/${name}.md` },
  };
}

function write(groups: readonly { name: string; rules: readonly object[] }[]): string {
  return `# Generated from dashboards/src: npm run generate -w dashboards\n${stringify({ groups }, { lineWidth: 0 })}`;
}

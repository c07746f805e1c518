import { stringify } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { ALERTS } from './alerts.js';
import { RECORDINGS } from './recordings.js';
import type { Alert, Recording } from './rule.js';

/**
 * Where the project's documents are read: a runbook is a page below it. The one place to change it is
 * `documentation.url` in `dashboards/package.json`; then `npm run generate -w dashboards`.
 */
export const DOCUMENTS = manifest.documentation.url;

/** The rule files by their path below `dashboards/`. */
export function ruleFiles(): ReadonlyMap<string, string> {
  const recordings = { name: 'toposcope-edges', rules: RECORDINGS.map(recordingRule) };
  const alerts = { name: 'toposcope-alerts', rules: ALERTS.map(alertingRule) };
  return new Map([
    ['rules/recording.yaml', write({ groups: [recordings] })],
    ['rules/alerts.yaml', write({ groups: [alerts] })],
    ['../compose/kubernetes/monitoring/prometheus-rules.yaml', write(prometheusRule([recordings, alerts]))],
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

/** Both files as one object of the Prometheus Operator. */
function prometheusRule(groups: readonly object[]): object {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'toposcope' },
    spec: { groups },
  };
}

function write(content: object): string {
  return `# Generated from dashboards/src: npm run generate -w dashboards\n${stringify(content, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

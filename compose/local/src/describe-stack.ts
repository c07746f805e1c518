import type { Options } from './options.js';
import { scrapeConfigToAdd } from './prometheus/scrape-config.js';
import type { Stack } from './stack.js';

/** The block that is printed when everything answers: addresses first, then what the user may wonder about. */
export function describeStack(stack: Stack, options: Options, demo: string | undefined): string {
  const rows = [
    ['Topology', stack.viewerUrl],
    ['Prometheus', stack.prometheusUrl],
    ['Exporter', `${stack.exporterUrl}/metrics`],
    ['Companion', stack.companion],
    [
      'Containers',
      stack.engine.answers ? `from Docker ${stack.engine.version}` : `none: ${stack.engine.reason}`,
    ],
    ...(demo === undefined ? [] : [['Demo', demo]]),
    ['Logs', stack.stateDir],
  ];
  const block = rows.map(([name, value]) => `  ${(name ?? '').padEnd(12)}${value ?? ''}`).join('\n');
  const advice =
    options.prometheusUrl === undefined
      ? ''
      : `\nAdd this to the configuration of the Prometheus at ${options.prometheusUrl}, and reload it:\n\n` +
        scrapeConfigToAdd(`127.0.0.1:${options.exporterPort}`)
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`)
          .join('\n') +
        '\n';
  return `\n${block}\n${advice}\nCtrl-C stops everything.\n`;
}

import { stringify } from 'yaml';

/** The scrape job for the exporter, as an entry of `scrape_configs`. */
function scrapeJob(exporterAddress: string) {
  return { job_name: 'toposcope', scrape_interval: '5s', static_configs: [{ targets: [exporterAddress] }] };
}

/** A whole configuration file for the Prometheus that we start; `ruleFiles` is a pattern of paths. */
export function prometheusConfig(exporterAddress: string, ruleFiles: string): string {
  return stringify({
    global: { scrape_interval: '5s', evaluation_interval: '15s' },
    rule_files: [ruleFiles],
    scrape_configs: [scrapeJob(exporterAddress)],
  });
}

/** What the owner of a running Prometheus adds to theirs. */
export function scrapeConfigToAdd(exporterAddress: string): string {
  return stringify({ scrape_configs: [scrapeJob(exporterAddress)] });
}

/**
 * The window of `rate()` in seconds: four scrapes, so that one lost scrape leaves two samples, and never less than one
 * step and one scrape, so that a range query skips nothing (the rule of Grafana's `$__rate_interval`).
 */
export function rateWindow(scrapeSeconds: number, stepSeconds = 0): string {
  return `${Math.ceil(Math.max(4 * scrapeSeconds, stepSeconds + scrapeSeconds))}s`;
}

/** Seconds of a Prometheus duration such as `15s`, `1m` or `1m30s`; undefined when it is not one. */
export function durationSeconds(text: string): number | undefined {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text.trim());
  if (parts === null || text.trim() === '') {
    return undefined;
  }
  const [hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = parts
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000;
}

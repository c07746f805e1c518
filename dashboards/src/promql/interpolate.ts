/**
 * What Grafana puts in the place of variables before Prometheus sees an expression: all of everything, for a scrape
 * each 15 seconds.
 */
export function interpolate(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__interval', '15s')
    .replaceAll('$__range', '1h')
    .replace(/\$(\w+)/g, '.*');
}

/** The variables that an expression or a link names, Grafana's own (`__…`) left out. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{?(\w+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('__') && !/^\d+$/.test(name));
}

/** Grafana 11 needs nothing more before its components are drawn; the build for 13 puts its own file in this place. */
export function startGrafanaVersion(): Promise<void> {
  return Promise.resolve();
}

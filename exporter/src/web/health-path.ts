/** Where probes learn that the exporter serves. */
export const HEALTH_PATH = '/healthz';

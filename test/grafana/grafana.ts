/** The Grafana of `compose/docker-compose.yml`, or one that is provisioned alike; with its GRAFANA_ADMIN_PASSWORD. */
export const GRAFANA_URL = process.env.GRAFANA_URL === '' ? undefined : process.env.GRAFANA_URL;

export const WITHOUT_GRAFANA = GRAFANA_URL === undefined;

/** For the report, beside the test's name. */
export const WHY_SKIPPED = 'GRAFANA_URL names no Grafana to test';

/** As `compose/grafana/provisioning` gives them. */
export const TOPOLOGY_SOURCE = 'toposcope-topology';
export const PROXY = `/api/datasources/proxy/uid/${TOPOLOGY_SOURCE}`;

/**
 * The variables in which orchestrators tell a container who it is. No other variable is kept: environments hold
 * passwords.
 */
const WORKLOAD_VARIABLES: ReadonlySet<string> = new Set([
  'NOMAD_NAMESPACE',
  'NOMAD_JOB_NAME',
  'NOMAD_JOB_ID',
  'NOMAD_GROUP_NAME',
  'NOMAD_TASK_NAME',
  'NOMAD_ALLOC_ID',
  'NOMAD_ALLOC_INDEX',
  'MARATHON_APP_ID',
  'MESOS_TASK_ID',
]);

/** Picks them out of an environment of `NAME=value` texts. */
export function workloadVariables(environment: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const text of environment) {
    const end = text.indexOf('=');
    const name = text.slice(0, Math.max(end, 0));
    if (WORKLOAD_VARIABLES.has(name)) {
      found.set(name, text.slice(end + 1));
    }
  }
  return found;
}

import { dashboardFiles } from './dashboards/dashboard-files.js';
import { ruleFiles } from './rules/rule-files.js';

/** Everything that is generated, by its path below `dashboards/`. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([...ruleFiles(), ...dashboardFiles()]);
}

import { getTemplateSrv, locationService } from '@grafana/runtime';
import type { ViewId } from 'toposcope-topology-datasource/graph/topology';

/** Sets the dashboard variable that holds the view, as a step that the browser's Back undoes; undefined where the dashboard has no such variable. */
export function viewSwitch(variable: string): ((view: ViewId) => void) | undefined {
  const exists =
    variable !== '' &&
    (getTemplateSrv()
      .getVariables()
      .some(({ name }) => name === variable) ||
      locationService.getSearch().has(`var-${variable}`));
  return exists ? (view) => locationService.partial({ [`var-${variable}`]: view }) : undefined;
}

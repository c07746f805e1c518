import { getTemplateSrv, locationService } from '@grafana/runtime';
import { VIEW_NAMES, type ViewId } from 'toposcope-topology-datasource/graph/topology';

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

/** The view that the address asks for, which is known before any answer is there; undefined: it says none. */
export function viewInAddress(variable: string): ViewId | undefined {
  const asked = variable === '' ? null : locationService.getSearch().get(`var-${variable}`);
  return (Object.keys(VIEW_NAMES) as ViewId[]).find((view) => view === asked);
}

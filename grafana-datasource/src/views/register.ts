import { CUSTOM_VIEW_IDS, VIEW_IDS, type ViewId } from '../graph/topology';
import { containersView } from './containers';
import { customView } from './custom';
import { groupsView } from './groups';
import { hostsView } from './hosts';
import { imagesView } from './images';
import { networksView } from './networks';
import { processNamesView } from './process-names';
import { processesView } from './processes';
import type { View } from './view';
import { workloadsView } from './workloads';

/** Every view. A new one is a file of its own, a line here, and its id in `VIEW_IDS`. */
export const VIEWS: Readonly<Record<ViewId, View>> = {
  hosts: hostsView,
  workloads: workloadsView,
  containers: containersView,
  images: imagesView,
  processes: processesView,
  'process-names': processNamesView,
  networks: networksView,
  groups: groupsView,
  custom: customView,
};

export function isViewId(text: string): text is ViewId {
  return ([...VIEW_IDS, ...CUSTOM_VIEW_IDS] as readonly string[]).includes(text);
}

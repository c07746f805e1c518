import { CUSTOM_VIEW_IDS, KUBERNETES_VIEW_IDS, VIEW_IDS, type ViewId } from '../graph/topology';
import { containersView } from './containers';
import { controllersView } from './controllers';
import { customView } from './custom';
import { groupsView } from './groups';
import { hostsView } from './hosts';
import { imagesView } from './images';
import { servicesView } from './kubernetes-services';
import { namespacesView } from './namespaces';
import { networksView } from './networks';
import { nodesView } from './nodes';
import { podsView } from './pods';
import { processNamesView } from './process-names';
import { processesView } from './processes';
import { storageView } from './storage';
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
  pods: podsView,
  controllers: controllersView,
  services: servicesView,
  namespaces: namespacesView,
  storage: storageView,
  nodes: nodesView,
  groups: groupsView,
  custom: customView,
};

export function isViewId(text: string): text is ViewId {
  return ([...VIEW_IDS, ...KUBERNETES_VIEW_IDS, ...CUSTOM_VIEW_IDS] as readonly string[]).includes(text);
}

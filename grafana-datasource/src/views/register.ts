import { VIEW_IDS, type ViewId } from '../graph/topology';
import { containersView } from './containers';
import { hostsView } from './hosts';
import { imagesView } from './images';
import { processNamesView } from './process-names';
import { processesView } from './processes';
import type { View } from './view';

/** Every view. A new one is a file of its own, a line here, and its id in `VIEW_IDS`. */
export const VIEWS: Readonly<Record<ViewId, View>> = {
  hosts: hostsView,
  containers: containersView,
  images: imagesView,
  processes: processesView,
  'process-names': processNamesView,
};

export function isViewId(text: string): text is ViewId {
  return (VIEW_IDS as readonly string[]).includes(text);
}

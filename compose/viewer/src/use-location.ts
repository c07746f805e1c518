import { locationService } from '@grafana/runtime';
import { useSyncExternalStore } from 'react';

/** The page's address; components that use it are drawn again when it changes. */
export function usePageLocation(): { pathname: string; search: string; hash: string } {
  return useSyncExternalStore(subscribe, () => locationService.getLocation());
}

function subscribe(changed: () => void): () => void {
  return locationService.getHistory().listen(changed);
}

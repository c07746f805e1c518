import { useEffect, useRef } from 'react';
import type { ViewId } from 'toposcope-topology-datasource/graph/topology';
import type { ChangeState } from '../state/use-panel-state';

/** Where one looks from in one view says nothing about another: that one is shown whole. */
export function useCameraOfView(view: ViewId | undefined, change: ChangeState): void {
  const last = useRef<ViewId | undefined>(undefined);
  useEffect(() => {
    if (view !== undefined) {
      if (last.current !== undefined && last.current !== view) {
        change({ camera: undefined });
      }
      last.current = view;
    }
  }, [view, change]);
}

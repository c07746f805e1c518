import type { DataQueryRequest } from '@grafana/data';
import React from 'react';
import type { Size } from '../scene/camera';

export interface CompanionAreaProps {
  /** The panel's last request: which data source, range and variables. */
  readonly request: DataQueryRequest | undefined;
  readonly size: Size;
  /** The rest of the panel, in the room that docked terminals and logs leave it. */
  readonly children: (size: Size) => React.ReactNode;
}

/** Round everything else of the panel: gives cards what they need for actions, and docks what those open. */
export function CompanionArea({ size, children }: CompanionAreaProps): React.JSX.Element {
  return <>{children(size)}</>;
}

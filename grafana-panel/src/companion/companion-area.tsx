import type { DataQueryRequest } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import React, { useMemo, useState, useSyncExternalStore } from 'react';
import { openCompanion } from 'toposcope-topology-datasource/companion/open-companion';
import type { Size } from '../scene/camera';
import { CompanionContext, CompanionRangeContext } from './companion-context';
import { Dock } from './dock/dock';
import { dockOf } from './dock/dock-state';
import type { ToolKind } from './dock/tools';
import type { Target } from './target';

export interface CompanionAreaProps {
  /** The panel's last request: which data source, range and variables. */
  readonly request: DataQueryRequest | undefined;
  readonly size: Size;
  /** The rest of the panel, in the room that docked terminals and logs leave it. */
  readonly children: (size: Size) => React.ReactNode;
}

const LEAST_DOCK = 120;
/** What stays of the picture, however far the dock is pulled up. */
const LEAST_PICTURE = 80;

let opened = 0;

/** Round everything else of the panel: gives cards what they need for actions, and docks what those open. */
export function CompanionArea({ request, size, children }: CompanionAreaProps): React.JSX.Element {
  const reference = request?.targets[0]?.datasource;
  const { uid, type } = reference ?? {};
  const client = useMemo(() => {
    const settings = uid === undefined ? undefined : getDataSourceSrv().getInstanceSettings({ uid, type });
    return settings && openCompanion(settings);
  }, [uid, type]);
  const dock = dockOf(`${request?.dashboardUID ?? ''}/${request?.panelId ?? ''}`);
  const { tools } = useSyncExternalStore(dock.subscribe, () => dock.open);
  const access = useMemo(
    () =>
      client && {
        client,
        open: (kind: ToolKind, target: Target) => dock.add({ id: `tool-${(opened += 1)}`, kind, target }),
      },
    [client, dock],
  );
  const from = request?.range.from.valueOf() ?? 0;
  const to = request?.range.to.valueOf() ?? 0;
  const [wanted, setWanted] = useState(Math.round(size.height * 0.45));
  const most = Math.max(LEAST_DOCK, size.height - LEAST_PICTURE);
  const height = client && tools.length > 0 ? Math.min(most, Math.max(LEAST_DOCK, wanted)) : 0;
  return (
    <CompanionContext.Provider value={access}>
      {children({ width: size.width, height: Math.max(0, size.height - height) })}
      {client && height > 0 && (
        <CompanionRangeContext.Provider value={{ from, to }}>
          <Dock dock={dock} client={client} width={size.width} height={height} onHeight={setWanted} />
        </CompanionRangeContext.Provider>
      )}
    </CompanionContext.Provider>
  );
}

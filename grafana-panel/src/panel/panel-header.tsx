import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import type { PanelState } from '../state/panel-state';
import type { ChangeState } from '../state/use-panel-state';
import { proposalsFor } from '../export/proposal';
import { Bar } from './bar';
import { exportAs } from './export-as';
import { FilterChips } from './filter-chips';
import { IconButton } from './icon-button';
import type { SearchBarHandle } from './search-bar';
import { Tools } from './tools';
import type { Shown } from './use-shown';
import { viewsOf } from './view-counts';
import { viewInAddress, viewSwitch } from './view-switch';
import { ViewTabs } from './view-tabs';

interface Props {
  readonly shown: Shown;
  readonly state: PanelState;
  readonly change: ChangeState;
  readonly viewVariable: string;
  /** There is room for the search and the buttons beside the tabs. */
  readonly roomy: boolean;
  readonly searchBar: React.Ref<SearchBarHandle>;
  readonly onLeaveSearch: () => void;
}

/** Above the picture: views, search, filters, and what narrows the picture. */
export function PanelHeader(props: Props): React.JSX.Element {
  const { shown, state, change, viewVariable, roomy, searchBar, onLeaveSearch } = props;
  const { topology, whole, search, scene, decorations, counts, source } = shown;
  const styles = useStyles2(getStyles);
  const [unfolded, setUnfolded] = useState(false);
  const switchView = viewSwitch(viewVariable);
  return (
    <>
      <div className={styles.top}>
        <ViewTabs
          views={viewsOf(topology)}
          view={topology?.view ?? viewInAddress(viewVariable)}
          counts={counts}
          onSwitch={
            switchView &&
            ((view) => {
              change({ camera: undefined, focus: undefined });
              switchView(view);
            })
          }
        />
        {topology && !roomy && state.search === '' && (
          <Bar>
            <IconButton
              glyph="search"
              label="Search, filter and export"
              onClick={() => setUnfolded((last) => !last)}
            />
          </Bar>
        )}
        {topology && (roomy || unfolded || state.search !== '') && (
          <Tools
            state={state}
            change={change}
            search={search}
            searchBar={searchBar}
            source={source}
            hasNodes={topology.nodes.length > 0}
            proposals={proposalsFor(whole ?? topology)}
            onExport={(kind) =>
              void exportAs(kind, { topology, whole: whole ?? topology, scene, decorations })
            }
            onLeave={onLeaveSearch}
          />
        )}
      </div>
      <FilterChips
        pinned={state.pinned}
        focus={state.focus}
        focusName={labelOf(whole, state.focus?.id)}
        onUnpin={(text) => change(({ pinned }) => ({ pinned: pinned.filter((other) => other !== text) }))}
        onFocus={(focus) => change({ focus })}
      />
    </>
  );
}

function labelOf(topology: Topology | undefined, id: string | undefined): string {
  return topology?.nodes.find((node) => node.id === id)?.label ?? 'a node that is gone';
}

const getStyles = ({ spacing }: GrafanaTheme2) => ({
  top: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: spacing(0.5, 1) }),
});

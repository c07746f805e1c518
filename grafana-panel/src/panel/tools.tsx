import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import type { TopologySource } from '../details/topology-source';
import type { Proposal } from '../export/proposal';
import type { PanelState } from '../state/panel-state';
import type { ChangeState } from '../state/use-panel-state';
import { Bar } from './bar';
import { ExportMenu, type ExportKind } from './export-menu';
import { FilterMenu } from './filter-menu';
import { namespacesOf, withNamespaces } from './filters';
import { ModeSwitch } from './mode-switch';
import { NamespaceMenu } from './namespace-menu';
import { SearchBar, type SearchBarHandle } from './search-bar';
import { useMeasured } from './use-measured';
import type { Search } from './use-search';

interface Props {
  readonly state: PanelState;
  readonly change: ChangeState;
  readonly search: Search;
  readonly searchBar: React.Ref<SearchBarHandle>;
  readonly source: TopologySource | undefined;
  readonly hasNodes: boolean;
  /** What the picture can propose. */
  readonly proposals: readonly Proposal[];
  readonly onExport: (kind: ExportKind) => void;
  readonly onLeave: () => void;
}

const NARROW = 450;

/** How the nodes are shown, which of them, and the way out of the panel: beside the tabs, or in a row of their own. */
export function Tools(props: Props): React.JSX.Element {
  const { state, change, search, searchBar, source, hasNodes, proposals, onExport, onLeave } = props;
  const styles = useStyles2(getStyles);
  const [row, { width }] = useMeasured();
  // Beside the other tools a query could not be read there: it gets a row of its own.
  const isNarrow = width < NARROW;
  const field = (
    <SearchBar
      ref={searchBar}
      text={state.search}
      found={search.matches?.size}
      error={search.error}
      unknown={search.unknown}
      known={search.known}
      onChange={(text) => change({ search: text })}
      onPin={() =>
        change(({ pinned, search: text }) => ({
          pinned: pinned.includes(text) ? pinned : [...pinned, text],
          search: '',
        }))
      }
      onLeave={onLeave}
    />
  );
  return (
    <div ref={row} className={styles.row}>
      {hasNodes && <ModeSwitch mode={state.mode} onChange={(mode) => change({ mode })} />}
      {!isNarrow && field}
      <Bar>
        <NamespaceMenu
          source={source}
          chosen={namespacesOf(state.filters)}
          onChange={(namespaces) =>
            change(({ filters }) => ({ filters: withNamespaces(filters, namespaces), camera: undefined }))
          }
        />
        <FilterMenu
          asked={source?.asked ?? {}}
          filters={state.filters}
          onChange={(filters) => change({ filters })}
        />
        <ExportMenu proposals={proposals} onExport={onExport} />
      </Bar>
      {isNarrow && field}
    </div>
  );
}

const getStyles = ({ spacing }: GrafanaTheme2) => ({
  row: css({
    display: 'flex',
    flex: '0 1 560px',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'flex-end',
    gap: spacing(0.5, 1),
    minWidth: 0,
  }),
});

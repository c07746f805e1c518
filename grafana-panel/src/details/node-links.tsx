import { locationUtil } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import React from 'react';
import type { Topology, TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { cardStyles } from './card-styles';
import { DASHBOARDS, dashboardOf } from './dashboard-of';
import { IN_A_NEW_TAB } from './new-tab';
import { useInstalled } from './use-installed';

/** Where to go from a node: its dashboard, and its peers alone. */
export function NodeLinks({
  node,
  onFocus,
}: {
  readonly node: TopologyNode;
  readonly topology: Topology;
  readonly onFocus: (id: string) => void;
}): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  const dashboard = dashboardOf(node);
  const isInstalled = useInstalled(dashboard?.uid, DASHBOARDS);
  return (
    <div className={styles.links}>
      <button type="button" className={styles.chip} onClick={() => onFocus(node.id)}>
        Only this and its peers
      </button>
      {dashboard !== undefined && isInstalled && (
        <a
          className={styles.chip}
          href={locationUtil.assureBaseUrl(getTemplateSrv().replace(dashboard.path))}
          {...IN_A_NEW_TAB}
        >
          Dashboard
        </a>
      )}
    </div>
  );
}

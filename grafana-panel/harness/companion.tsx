import { createTheme, getDefaultTimeRange, ThemeContext, type DataQueryRequest } from '@grafana/data';
import { config, setDataSourceSrv, type DataSourceSrv } from '@grafana/runtime';
import React, { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { CompanionArea } from '../src/companion/companion-area';
import { NodeActions } from '../src/companion/node-actions';

/** What a browser test can do with the companion's part of a card, on a page that has nothing else. */
export interface CompanionHarness {
  /** The card of this node; the gateway is asked below `/proxy` of the page's own address. */
  show(node: TopologyNode): void;
}

const range = getDefaultTimeRange();
const request = {
  dashboardUID: 'harness',
  range,
  targets: [{ refId: 'A', datasource: { uid: 'topology' } }],
} as unknown as DataQueryRequest;

Object.assign(config.bootData, { user: { orgRole: 'Admin', orgId: 1 } });
setDataSourceSrv({
  getInstanceSettings: () => ({ url: '/proxy', jsonData: { companionUrl: 'http://gateway' } }),
} as unknown as DataSourceSrv);

const theme = createTheme();
// What Grafana's own page gives all that is in it.
Object.assign(document.body.style, {
  color: theme.colors.text.primary,
  background: theme.colors.background.primary,
});

function Harness(): React.JSX.Element {
  const [node, setNode] = useState<TopologyNode>();
  useEffect(() => {
    Object.assign(window, { companionHarness: { show: setNode } satisfies CompanionHarness });
  }, []);
  return (
    <ThemeContext.Provider value={theme}>
      <CompanionArea request={request} size={{ width: 900, height: 600 }}>
        {({ width, height }) => <div style={{ width, height }}>{node && <NodeActions node={node} />}</div>}
      </CompanionArea>
    </ThemeContext.Provider>
  );
}

createRoot(document.getElementById('root') ?? document.body).render(<Harness />);

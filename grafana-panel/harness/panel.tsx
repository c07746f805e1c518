import {
  createDataFrame,
  createTheme,
  EventBusSrv,
  FieldType,
  getDefaultTimeRange,
  LoadingState,
  ThemeContext,
  type DataFrame,
  type DataQueryRequest,
  type PanelData,
} from '@grafana/data';
import { setDataSourceSrv, setTemplateSrv, type DataSourceSrv, type TemplateSrv } from '@grafana/runtime';
import React, { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { of } from 'rxjs';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import type { RangeSpec, TopologySpec } from 'toposcope-topology-datasource/query';
import { withDefaults, type PanelOptions } from '../src/options';
import { TopologyPanel } from '../src/panel/topology-panel';

/** What a browser test can do with the panel, on a page that has nothing else. */
export interface PanelHarness {
  /** A refresh that brought this topology; null: frames without one. */
  show(topology: Topology | null): void;
  /** A refresh that failed, after which Grafana passes on no frames. */
  fail(message: string): void;
  /** What it answers when the panel asks for another view, by its id; without it, the last topology in other clothes. */
  know(topologies: Readonly<Record<string, Topology>>): void;
  load(): void;
  setOptions(options: Partial<PanelOptions>): void;
  setSize(width: number, height: number): void;
  /** Keys of the series that the panel asked for. */
  readonly asked: string[];
  /** Topologies that the panel asked for itself: the answer is the last one shown, at the moment and in the view asked for. */
  readonly questions: TopologySpec[];
}

const parameters = new URLSearchParams(location.search);
const theme = createTheme({ colors: { mode: parameters.get('theme') === 'light' ? 'light' : 'dark' } });
const range = getDefaultTimeRange();
const asked: string[] = [];
const questions: TopologySpec[] = [];
let last: Topology | null = null;
let known: Readonly<Record<string, Topology>> = {};
const variables = parameters.has('tabs') ? [{ name: 'view' }] : [];

setTemplateSrv({
  getVariables: () => variables,
  replace: (text?: string) => text ?? '',
} as unknown as TemplateSrv);
setDataSourceSrv({
  // No settings, so no companion.
  getInstanceSettings: () => undefined,
  get: () =>
    Promise.resolve({
      variableValues: () => Promise.resolve(['mail', 'shop', 'tools'].map((text) => ({ text }))),
      query: ({ targets }: { targets: readonly (RangeSpec | TopologySpec)[] }) => {
        const [first] = targets;
        if (first?.queryType === 'topology') {
          questions.push(first);
          return of({ data: framesOf(answerTo(first)) });
        }
        const keys = targets.flatMap((target) =>
          target.queryType === 'range' ? target.series.map(({ key }) => key) : [],
        );
        asked.push(...keys);
        return of({ data: keys.map(risingSeries) });
      },
    }),
} as unknown as DataSourceSrv);

function risingSeries(key: string): DataFrame {
  return createDataFrame({
    name: key,
    fields: [
      { name: 'Time', type: FieldType.time, values: [0, 60_000, 120_000] },
      { name: 'Value', type: FieldType.number, values: [1, 2, 3] },
    ],
  });
}

function dataOf(state: LoadingState, series: DataFrame[], message?: string): PanelData {
  const request = {
    dashboardUID: 'harness',
    range,
    targets: [{ refId: 'A', datasource: { uid: 'topology' } }],
  } as unknown as DataQueryRequest;
  return {
    state,
    series,
    timeRange: range,
    request,
    errors: message === undefined ? undefined : [{ message }],
  };
}

function answerTo({ view, time }: TopologySpec): Topology | null {
  const base = known[view] ?? last;
  return (
    base && {
      ...base,
      view: view === '' ? base.view : (view as Topology['view']),
      at: time?.mode === 'at' ? Number(time.at) : base.at,
    }
  );
}

function framesOf(topology: Topology | null): DataFrame[] {
  return [
    createDataFrame({ name: 'nodes', fields: [], meta: topology ? { custom: { topology } } : undefined }),
  ];
}

function Harness(): React.JSX.Element {
  const [data, setData] = useState(() => dataOf(LoadingState.Loading, []));
  const [options, setOptions] = useState(() => withDefaults({}));
  const [size, setSize] = useState({ width: 900, height: 600 });
  useEffect(() => {
    const harness: PanelHarness = {
      show: (topology) => {
        last = topology;
        setData(dataOf(LoadingState.Done, framesOf(topology)));
      },
      fail: (message) => setData(dataOf(LoadingState.Error, [], message)),
      know: (topologies) => {
        known = topologies;
      },
      load: () => setData((last) => ({ ...last, state: LoadingState.Loading })),
      setOptions: (changes) => setOptions((last) => ({ ...last, ...changes })),
      setSize: (width, height) => setSize({ width, height }),
      asked,
      questions,
    };
    Object.assign(window, { panelHarness: harness });
  }, []);
  return (
    <ThemeContext.Provider value={theme}>
      <div style={{ ...size, background: theme.colors.background.primary, color: theme.colors.text.primary }}>
        <TopologyPanel
          id={1}
          title=""
          data={data}
          timeRange={range}
          timeZone="utc"
          options={options}
          fieldConfig={{ defaults: {}, overrides: [] }}
          transparent={false}
          {...size}
          renderCounter={0}
          eventBus={new EventBusSrv()}
          replaceVariables={(text) => text}
          onOptionsChange={() => undefined}
          onFieldConfigChange={() => undefined}
          onChangeTimeRange={() => undefined}
        />
      </div>
    </ThemeContext.Provider>
  );
}

createRoot(document.getElementById('root') ?? document.body).render(<Harness />);

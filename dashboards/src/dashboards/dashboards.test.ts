import { getValueFormats } from '@grafana/data';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { interpolate, variablesIn } from '../promql/interpolate.js';
import { unknownIn, vocabulary } from '../promql/vocabulary.js';
import { BOARDS } from './boards.js';
import { dashboardFiles } from './dashboard-files.js';
import { PLACES } from './places.js';
import { queriesOf, type SavedDashboard, type SavedPanel } from './saved.js';

// @grafana/data asks the browser for its settings and its language.
vi.hoisted(() =>
  vi.stubGlobal('window', globalThis).stubGlobal('navigator', { language: 'en', languages: ['en'] }),
);
afterAll(() => vi.unstubAllGlobals());

const dashboards = [...dashboardFiles().values()].map((text) => JSON.parse(text) as SavedDashboard);
const panels = dashboards.flatMap(({ title, panels }) =>
  panels.filter(({ type }) => type !== 'row').map((panel) => ({ where: `${title}: ${panel.title}`, panel })),
);
const queries = dashboards.flatMap((dashboard) =>
  queriesOf(dashboard).map((query) => ({ ...query, where: `${dashboard.title}: ${query.where}` })),
);
const known = vocabulary();

describe('dashboards', () => {
  it('are one for each place', () => {
    expect(dashboards.map(({ uid }) => uid).sort()).toEqual(Object.values(PLACES).sort());
    expect(new Set(dashboards.map(({ title }) => title)).size).toBe(BOARDS.length);
  });

  describe.each(dashboards)('$title', ({ panels, templating, ...dashboard }) => {
    it('has panels with ids of their own', () => {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    });

    it('fills each cell of its grid at most once, and each line from edge to edge', () => {
      const lines = new Map<number, number>();
      const cells = panels.flatMap(cellsOf);
      cells.forEach(([, y]) => lines.set(y, (lines.get(y) ?? 0) + 1));
      expect(new Set(cells.map(String)).size).toBe(cells.length);
      expect([...lines].filter(([, width]) => width !== 24)).toEqual([]);
    });

    it('declares each variable that it uses, and uses each that it declares', () => {
      const declared = templating.list.map(({ name }) => name);
      const used = new Set(variablesIn(JSON.stringify({ ...dashboard, panels, list: templating.list })));
      expect([...used].sort()).toEqual(declared.toSorted());
    });

    it('links only to dashboards and variables that exist', () => {
      for (const [, uid = '', parameters = ''] of JSON.stringify(panels).matchAll(
        /\/d\/([\w-]+)\?([^"\\]*)/g,
      )) {
        const target = dashboards.find((other) => other.uid === uid);
        const names = [...parameters.matchAll(/var-(\w+)=/g)].map(([, name]) => name);
        expect(target?.templating.list.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
      }
    });
  });

  it.each(panels)(
    '$where says what it shows, in which unit, and what it means when it is empty',
    ({ panel }) => {
      expect(panel.description).toMatch(/^[A-Z1].{20,}[.)]$/s);
      expect(panel.fieldConfig?.defaults.noValue).toBeTruthy();
      if (panel.type !== 'toposcope-topology-panel') {
        expect(panel.fieldConfig?.defaults.unit).toBeTruthy();
      }
    },
  );

  it('use only units that Grafana knows', () => {
    const known = getValueFormats().flatMap(({ submenu = [] }) => submenu.map(({ value }) => value));
    const units = [...dashboardFiles().values()].flatMap((text) =>
      [...text.matchAll(/"unit"(?::|,\s+"value":) "(\w+)"/g)].map(([, unit = '']) => unit),
    );
    expect(units.length).toBeGreaterThan(100);
    expect(units.filter((unit) => !known.includes(unit))).toEqual([]);
  });

  it.each(panels.filter(({ panel }) => panel.type === 'table'))(
    '$where links with columns that it has',
    ({ panel }) => {
      const text = JSON.stringify(panel);
      const columns = Object.values(renamings(panel));
      const named = [...text.matchAll(/__data\.fields\[\\"(.*?)\\"\]/g)].map(([, name]) => name);
      expect(named.filter((name) => !columns.includes(name ?? ''))).toEqual([]);
    },
  );

  it.each(panels.filter(({ panel }) => panel.type === 'timeseries'))(
    '$where has legends and links of labels that its series keep',
    ({ panel }) => {
      const text = JSON.stringify(panel);
      const named = [...text.matchAll(/\{\{(\w+)\}\}|__field\.labels\.(\w+)/g)].map(
        ([, a, b]) => a ?? b ?? '',
      );
      const expr = (panel.targets ?? []).map((target) => target.expr ?? '').join(' ');
      const offered = [...known].filter(([metric]) => expr.includes(metric)).flatMap(([, labels]) => labels);
      expect(named.filter((name) => ![...offered, 'instance', 'job', 'cluster'].includes(name))).toEqual([]);
    },
  );

  it.each(queries)('$where reads only metrics and labels that exist', ({ expr, label }) => {
    expect(unknownIn(interpolate(expr), known)).toEqual([]);
    if (label !== undefined && label !== 'cluster') {
      expect(
        [...known].filter(([metric]) => expr.startsWith(metric)).flatMap(([, labels]) => labels),
      ).toContain(label);
    }
  });
});

function cellsOf({ gridPos: { x, y, w, h } }: SavedPanel): readonly (readonly [number, number])[] {
  return Array.from({ length: w * h }, (_, cell) => [x + (cell % w), y + Math.floor(cell / w)] as const);
}

function renamings(panel: SavedPanel): Readonly<Record<string, string>> {
  const { transformations } = panel as unknown as {
    transformations: { id: string; options: { renameByName?: Record<string, string> } }[];
  };
  return Object.assign({}, ...transformations.map(({ options }) => options.renameByName ?? {})) as Record<
    string,
    string
  >;
}

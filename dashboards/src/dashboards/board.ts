import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type Dashboard,
  type Panel,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PLACES, TAG, type Place } from './places.js';
import { PROMETHEUS } from './targets.js';

/** A dashboard: rows from the most important to the least. */
export interface Board {
  readonly place: Place;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly rows: readonly Row[];
}

export interface Row {
  /** Empty for the first row of a front page, which needs no heading. */
  readonly title: string;
  /** Laid out from left to right in lines of 24 columns; panels of one line are of one height. */
  readonly panels: readonly Builder<Panel>[];
}

/**
 * The schema of Grafana 11.0. Later versions migrate from it by themselves; one that is written higher would skip what
 * they have to do.
 */
const SCHEMA_VERSION = 39;

export function dashboardOf(board: Board): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(PLACES[board.place])
    .description(board.description)
    .tags([TAG])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .variables([...board.variables])
    .annotation(firingAlerts())
    .link(otherBoards());
  for (const { title, panels } of board.rows) {
    if (title !== '') {
      builder.withRow(new RowBuilder(title));
    }
    panels.forEach((panel) => builder.withPanel(panel));
  }
  const dashboard = builder.build();
  return { ...dashboard, schemaVersion: SCHEMA_VERSION, panels: numbered(dashboard.panels ?? []) };
}

/** Ids are the places in reading order, so that a diff stays small and links to a panel work. */
function numbered(panels: NonNullable<Dashboard['panels']>): NonNullable<Dashboard['panels']> {
  return panels.map((panel, index) => ({ ...panel, id: index + 1 }));
}

function firingAlerts() {
  return new AnnotationQueryBuilder()
    .name('Alerts of Toposcope')
    .datasource(PROMETHEUS)
    .enable(false)
    .iconColor('orange')
    .expr('ALERTS{alertname=~"Toposcope.*", alertstate="firing"}');
}

/** Time and variables go along. */
function otherBoards() {
  return new DashboardLinkBuilder('Toposcope')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true)
    .icon('external link')
    .tooltip('The other dashboards, for the same time and selection');
}

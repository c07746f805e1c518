import { TableCellHeight, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { atEnd, PROMETHEUS, refIdOf } from '../targets.js';
import { COLORS, type Basics } from './basics.js';

export interface Table extends Basics {
  /** Rows are combined where the labels that all the queries have in common are equal. */
  readonly columns: readonly Column[];
  /** The title of the column that sorts the rows, the largest first. */
  readonly sortBy?: string;
}

export type Column = LabelColumn | ValueColumn;

/** A label of the queries. */
export interface LabelColumn {
  readonly title: string;
  readonly label: string;
  readonly width?: number;
  /** Where a click leads; columns are named by their titles there. */
  readonly link?: { readonly title: string; readonly url: string };
}

/** The value of a query. */
export interface ValueColumn {
  readonly title: string;
  readonly expr: string;
  /** Undefined: the query is there for its labels only. */
  readonly unit?: string;
  readonly width?: number;
  /** A bar from 0 to 1 that turns at these values. */
  readonly share?: { readonly warningFrom: number; readonly badFrom: number };
}

/** Facts and numbers of many things at the end of the time range, one row each. */
export function table(spec: Table): PanelBuilder {
  const values = spec.columns.filter((column) => 'expr' in column);
  const nameOf = (column: Column) =>
    'label' in column
      ? column.label
      : values.length === 1
        ? 'Value'
        : `Value #${refIdOf(values.indexOf(column))}`;
  const shown = spec.columns.filter((column) => 'label' in column || column.unit !== undefined);
  const hidden = values.filter((column) => column.unit === undefined);
  // Where only one of several queries finds something, Grafana leaves its letter out: that is the facts' own.
  const alone = values.length === 1 ? [] : ['Value'];
  const panel = new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(PROMETHEUS)
    .span(spec.width)
    .height(spec.height ?? 10)
    .unit(spec.unit)
    .noValue(spec.empty)
    .filterable(true)
    .cellHeight(TableCellHeight.Sm)
    .targets(values.map(({ expr }, index) => atEnd(refIdOf(index), expr)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(
          ['Time', ...hidden.map(nameOf), ...alone].map((name) => [name, true]),
        ),
        indexByName: Object.fromEntries(shown.map((column, index) => [nameOf(column), index])),
        renameByName: Object.fromEntries(shown.map((column) => [nameOf(column), column.title])),
      },
    });
  if (spec.sortBy !== undefined) {
    panel.sortBy([new TableSortByFieldStateBuilder().displayName(spec.sortBy).desc(true)]);
  }
  for (const column of shown) {
    const properties = propertiesOf(column);
    if (properties.length > 0) {
      panel.overrideByName(column.title, properties);
    }
  }
  return panel;
}

function propertiesOf(column: Column): DynamicConfigValue[] {
  const width = column.width === undefined ? [] : [{ id: 'custom.width', value: column.width }];
  if ('label' in column) {
    return [...width, ...(column.link === undefined ? [] : [{ id: 'links', value: [column.link] }])];
  }
  const { unit, share } = column;
  const bar =
    share === undefined
      ? []
      : [
          { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
          { id: 'min', value: 0 },
          { id: 'max', value: 1 },
          { id: 'color', value: { mode: 'thresholds' } },
          {
            id: 'thresholds',
            value: {
              mode: 'absolute',
              steps: [
                { value: null, color: COLORS.good },
                { value: share.warningFrom, color: COLORS.warning },
                { value: share.badFrom, color: COLORS.bad },
              ],
            },
          },
        ];
  return [...width, { id: 'unit', value: unit }, ...bar];
}

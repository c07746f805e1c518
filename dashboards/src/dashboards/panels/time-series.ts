import {
  LegendDisplayMode,
  LegendPlacement,
  GraphDrawStyle,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  FieldColorBuilder,
  FieldColorModeId,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { overTime, PROMETHEUS, refIdOf } from '../targets.js';
import type { Basics } from './basics.js';

export interface TimeSeries extends Basics {
  readonly series: readonly Series[];
  /** Parts of a whole. */
  readonly stacked?: boolean;
  /** The top of the axis where it is known, such as 1 for a share. */
  readonly max?: number;
  /** Where a click on a series leads. */
  readonly link?: { readonly title: string; readonly url: string };
}

export interface Series {
  readonly expr: string;
  readonly legend: string;
  /** For a series that means the same everywhere: requests, responses, failures. Else its name picks one. */
  readonly color?: string;
  /** A limit or a threshold rather than a measurement. */
  readonly dashed?: boolean;
}

/** Lines over time, quiet by default: thin, a breath of fill, no points; the legend below, the tooltip sorted. */
export function timeSeries(spec: TimeSeries): PanelBuilder {
  const panel = new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(PROMETHEUS)
    .span(spec.width)
    .height(spec.height ?? 8)
    .unit(spec.unit)
    .min(0)
    .noValue(spec.empty)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(spec.stacked === true ? 24 : 8)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .targets(spec.series.map(({ expr, legend }, index) => overTime(refIdOf(index), expr, legend)));
  if (spec.max !== undefined) {
    panel.axisSoftMax(spec.max);
  }
  if (spec.stacked === true) {
    panel.stacking(new StackingConfigBuilder().group('A').mode(StackingMode.Normal));
  }
  if (spec.link !== undefined) {
    panel.dataLinks([new DashboardLinkBuilder(spec.link.title).url(spec.link.url)]);
  }
  spec.series.forEach(({ color, dashed }, index) => {
    if (color !== undefined || dashed === true) {
      panel.overrideByQuery(refIdOf(index), [
        ...(color === undefined ? [] : [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }]),
        ...(dashed === true
          ? [
              { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
              { id: 'custom.fillOpacity', value: 0 },
            ]
          : []),
      ]);
    }
  });
  return panel;
}

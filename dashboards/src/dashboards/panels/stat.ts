import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { overTime, PROMETHEUS } from '../targets.js';
import { COLORS, type Basics } from './basics.js';

export interface Stat extends Basics {
  readonly expr: string;
  /** From these values on it asks for attention; without them it is a plain fact. */
  readonly warningFrom?: number;
  readonly badFrom?: number;
  readonly link?: { readonly title: string; readonly url: string };
}

/** One number with a quiet line behind it; coloured only when it asks for attention. */
export function stat(spec: Stat): PanelBuilder {
  const judged = spec.warningFrom !== undefined || spec.badFrom !== undefined;
  const panel = new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(PROMETHEUS)
    .span(spec.width)
    .height(spec.height ?? 4)
    .unit(spec.unit)
    .noValue(spec.empty)
    .graphMode(BigValueGraphMode.Area)
    .textMode(BigValueTextMode.Value)
    .colorMode(judged ? BigValueColorMode.Value : BigValueColorMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps([
          { value: null, color: judged ? COLORS.good : COLORS.muted },
          ...(spec.warningFrom === undefined ? [] : [{ value: spec.warningFrom, color: COLORS.warning }]),
          ...(spec.badFrom === undefined ? [] : [{ value: spec.badFrom, color: COLORS.bad }]),
        ]),
    )
    .withTarget(overTime('A', spec.expr, spec.title));
  if (spec.link !== undefined) {
    panel.dataLinks([new DashboardLinkBuilder(spec.link.title).url(spec.link.url)]);
  }
  return panel;
}

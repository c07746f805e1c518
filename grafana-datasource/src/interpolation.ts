import type { ScopedVars } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import type { EventsQuery } from './events/events-query';
import { fillIn, type OwnSpecs, ownSpecsOf } from './own-query-schema';

/** The values of texts that may be variables with several; none where one of them stands for all. */
export function valuesOf(texts: readonly string[] | undefined, scopedVars: ScopedVars): readonly string[] {
  const chosen = (texts ?? []).flatMap((text) => interpolate(text, scopedVars));
  return chosen.includes('$__all') || chosen.includes('.*') ? [] : chosen;
}

/** The values of a text that may be a variable with several. */
export function interpolate(text: string | undefined, scopedVars: ScopedVars | undefined): readonly string[] {
  return getTemplateSrv()
    .replace(text, scopedVars, 'csv')
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** Whose events are asked for. */
export function choiceOf({ hosts, namespaces, containers }: EventsQuery, scopedVars: ScopedVars) {
  return {
    hosts: valuesOf(hosts, scopedVars),
    namespaces: valuesOf(namespaces, scopedVars),
    containers: valuesOf(containers, scopedVars),
  };
}

/** The PromQL of the user's own that a query holds, with its variables' values. */
export function filledIn(query: unknown, scopedVars: ScopedVars): OwnSpecs {
  return fillIn(ownSpecsOf(query), (expr) => getTemplateSrv().replace(expr, scopedVars, 'regex'));
}

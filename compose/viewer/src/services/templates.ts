import type { ScopedVars, TimeRange, TypedVariableModel } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { interpolate, type VariableValue } from './interpolate';

/** The dashboard's variables and their values when the URL does not say otherwise. */
export const VARIABLE_DEFAULTS: Readonly<Record<string, VariableValue>> = { view: 'containers' };

/** Variables from the page's address, `var-NAME=value`, as dashboards have them. */
export function createTemplateService(search: () => URLSearchParams): TemplateSrv {
  let range: TimeRange | undefined;

  function valueOf(name: string, scopedVars?: ScopedVars): VariableValue | undefined {
    const scoped = scopedVars?.[name] as { value: unknown } | undefined;
    if (scoped) {
      return Array.isArray(scoped.value) ? scoped.value.map(String) : String(scoped.value);
    }
    if (range && (name === '__from' || name === '__to')) {
      return String((name === '__from' ? range.from : range.to).valueOf());
    }
    return variables(search())[name];
  }

  return {
    getVariables: () =>
      Object.entries(variables(search())).map(
        ([name, value]) =>
          ({
            id: name,
            name,
            type: 'custom',
            label: name,
            current: { value, text: value, selected: true },
            options: [],
            multi: Array.isArray(value),
          }) as unknown as TypedVariableModel,
      ),
    replace: (target, scopedVars, format) =>
      interpolate(
        target ?? '',
        (name) => valueOf(name, scopedVars),
        typeof format === 'string' ? format : undefined,
      ),
    containsTemplate: (target) => {
      let found = false;
      interpolate(target ?? '', (name) => {
        found ||= valueOf(name) !== undefined;
        return undefined;
      });
      return found;
    },
    updateTimeRange: (value) => {
      range = value;
    },
  };
}

/** All variables of an address: the defaults, overridden. */
export function variables(search: URLSearchParams): Record<string, VariableValue> {
  const found: Record<string, VariableValue> = { ...VARIABLE_DEFAULTS };
  for (const key of new Set(search.keys())) {
    if (key.startsWith('var-')) {
      const values = search.getAll(key);
      found[key.slice('var-'.length)] = values.length === 1 ? (values[0] ?? '') : values;
    }
  }
  return found;
}

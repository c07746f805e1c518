import type { Field, FieldConfig, FieldType } from '@grafana/data';

// Grafana's field types by their plain values, so that frames are built and tested without Grafana.
export const NUMBER = 'number' as unknown as FieldType;
export const TEXT = 'string' as unknown as FieldType;

export function numberColumn(name: string, values: (number | null)[], config: FieldConfig = {}): Field {
  return { name, type: NUMBER, config, values };
}

export function textColumn(name: string, values: (string | null)[], config: FieldConfig = {}): Field {
  return { name, type: TEXT, config, values };
}

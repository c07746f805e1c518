import {
  FieldType,
  standardTransformers,
  standardTransformersRegistry,
  toDataFrame,
  transformDataFrame,
  type DataFrame,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { table } from './table.js';

// One of the transformers asks the browser for its settings while it is imported.
vi.hoisted(() => vi.stubGlobal('window', globalThis));
afterAll(() => vi.unstubAllGlobals());

const panel = table({
  title: 'Things',
  description: 'Things.',
  unit: 'short',
  empty: 'None.',
  width: 24,
  columns: [
    { title: 'Thing', label: 'name' },
    { title: 'Size', expr: 'size', unit: 'bytes' },
    { title: '', expr: 'info' },
    { title: 'Weight', expr: 'weight', unit: 'masskg' },
    { title: 'Colour', label: 'colour' },
  ],
}).build();

/** Grafana's own transformations, on frames as its Prometheus data source makes them of instant vectors. */
describe('the transformations of a table', () => {
  beforeAll(() => {
    standardTransformersRegistry.setInit(() =>
      [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer].map(
        (transformation) => ({
          id: transformation.id,
          name: transformation.name,
          transformation,
          editor: () => null,
        }),
      ),
    );
  });

  it('make one row of each thing, with the columns in their order and under their titles', async () => {
    const [joined, ...others] = await applied([
      vector('A', { name: ['ant', 'bee'] }, [1, 2]),
      vector('B', { name: ['ant', 'bee'], colour: ['black', 'yellow'] }, [1, 1]),
      vector('C', { name: ['ant', 'bee'] }, [10, 20]),
    ]);
    expect(others).toEqual([]);
    expect(columnsOf(joined)).toEqual([
      ['Thing', ['ant', 'bee']],
      ['Size', [1, 2]],
      ['Weight', [10, 20]],
      ['Colour', ['black', 'yellow']],
    ]);
  });

  it('leave a gap where a query knows nothing of a thing', async () => {
    const [joined] = await applied([
      vector('A', { name: ['bee'] }, [2]),
      vector('B', { name: ['ant', 'bee'], colour: ['black', 'yellow'] }, [1, 1]),
      vector('C', { name: ['ant'] }, [10]),
    ]);
    const rows = new Map(columnsOf(joined));
    expect(rows.get('Thing')).toHaveLength(2);
    expect(new Set(rows.get('Colour'))).toEqual(new Set(['black', 'yellow']));
  });

  it('hide the number of the only query that finds something, which Grafana then calls Value', async () => {
    const only = vector('B', { name: ['ant'], colour: ['black'] }, [1]);
    const [joined] = await applied([
      { ...only, fields: only.fields.map((field) => ({ ...field, name: field.name.replace(' #B', '') })) },
    ]);
    expect(columnsOf(joined)).toEqual([
      ['Thing', ['ant']],
      ['Colour', ['black']],
    ]);
  });

  it('do without a query that finds nothing', async () => {
    const [joined] = await applied([
      vector('A', { name: ['ant'] }, [1]),
      vector('B', { name: ['ant'], colour: ['black'] }, [1]),
      toDataFrame({ refId: 'C', fields: [] }),
    ]);
    expect(columnsOf(joined)).toEqual([
      ['Thing', ['ant']],
      ['Size', [1]],
      ['Colour', ['black']],
    ]);
  });
});

function vector(refId: string, labels: Record<string, string[]>, values: number[]): DataFrame {
  return toDataFrame({
    refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: values.map(() => 1_700_000_000_000) },
      ...Object.entries(labels).map(([name, texts]) => ({ name, type: FieldType.string, values: texts })),
      { name: `Value #${refId}`, type: FieldType.number, values },
    ],
  });
}

function applied(frames: DataFrame[]): Promise<DataFrame[]> {
  return firstValueFrom(
    transformDataFrame(
      (panel.transformations ?? []).map(({ id, options }) => ({ id, options: options as object })),
      frames,
    ),
  );
}

function columnsOf(frame: DataFrame | undefined): (readonly [string, unknown[]])[] {
  return (frame?.fields ?? []).map(({ name, config, values }) => [
    config.displayName ?? name,
    [...(values as unknown[])],
  ]);
}

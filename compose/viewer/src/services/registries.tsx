import {
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformersRegistry,
  type StandardEditorsRegistryItem,
} from '@grafana/data';

const EDITORS = [
  'text',
  'number',
  'boolean',
  'select',
  'multi-select',
  'radio',
  'color',
  'unit',
  'slider',
  'strings',
  'fields-name',
  'links',
  'timezone',
];

/** Panels name these editors when they declare their options; the viewer shows no options, so they draw nothing. */
export function fillRegistries(): void {
  standardEditorsRegistry.setInit(() =>
    EDITORS.map((id): StandardEditorsRegistryItem => ({ id, name: id, editor: () => null })),
  );
  standardFieldConfigEditorRegistry.setInit(() => []);
  standardTransformersRegistry.setInit(() => []);
}

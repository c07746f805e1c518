import { PanelOptionsEditorBuilder, type PanelPlugin } from '@grafana/data';
import { set } from 'lodash';

/** The options of a panel that nobody has configured: the defaults that the plugin declares. */
export function panelOptions(plugin: PanelPlugin): unknown {
  const options = structuredClone(plugin.defaults);
  const builder = new PanelOptionsEditorBuilder();
  plugin.getPanelOptionsSupplier()(builder, { data: [] });
  for (const { path, defaultValue } of builder.getItems()) {
    if (path !== '' && defaultValue !== undefined) {
      set(options, path, defaultValue);
    }
  }
  return options;
}

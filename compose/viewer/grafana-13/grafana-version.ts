import { initPluginTranslations } from '@grafana/i18n';

/** From Grafana 12 on, components throw unless translations were started; without a catalogue they speak English. */
export async function startGrafanaVersion(): Promise<void> {
  await initPluginTranslations('toposcope-viewer', []);
}

import { css } from '@emotion/css';
import type { DataSourceApi, DataSourcePlugin, DataSourceSettings, GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';
import { describeError } from '../describe-error';
import { TOPOLOGY_UID, type DataSources } from '../services/data-sources';
import { saveJsonData } from '../services/saved-settings';

interface Props {
  readonly plugin: DataSourcePlugin<DataSourceApi>;
  readonly dataSources: DataSources;
}

interface Outcome {
  readonly severity: 'success' | 'error' | 'info';
  readonly message: string;
}

/** Grafana's page of one data source: the plugin's own editor, and Save & test. Saved in this browser. */
export function DataSourcePage({ plugin, dataSources }: Props) {
  const styles = useStyles2(getStyles);
  const [settings, setSettings] = useState(() => editable(dataSources));
  const [outcome, setOutcome] = useState<Outcome>();
  const Editor = plugin.components.ConfigEditor as React.ComponentType<{
    options: DataSourceSettings;
    onOptionsChange: (options: DataSourceSettings) => void;
  }>;

  async function saveAndTest() {
    setOutcome({ severity: 'info', message: 'Testing…' });
    saveJsonData(settings.jsonData);
    dataSources.replaceTopology(settings.jsonData);
    setOutcome(await test(dataSources));
  }

  return (
    <main className={styles.page}>
      <h2>Data source: Toposcope</h2>
      <Editor options={settings} onOptionsChange={setSettings} />
      <div className={styles.actions}>
        <Button onClick={() => void saveAndTest()}>Save &amp; test</Button>
      </div>
      {outcome && <Alert severity={outcome.severity} title={outcome.message} data-testid="health" />}
    </main>
  );
}

async function test(dataSources: DataSources): Promise<Outcome> {
  try {
    const answer = (await (await dataSources.get(TOPOLOGY_UID)).testDatasource()) as {
      status?: string;
      message?: string;
    };
    return {
      severity: answer.status?.toLowerCase() === 'error' ? 'error' : 'success',
      message: answer.message ?? 'The data source answers.',
    };
  } catch (error) {
    return { severity: 'error', message: describeError(error) };
  }
}

function editable(dataSources: DataSources): DataSourceSettings {
  const saved = dataSources.getInstanceSettings(TOPOLOGY_UID);
  if (!saved) {
    throw new Error('The viewer lost its topology data source.');
  }
  return {
    id: saved.id,
    uid: saved.uid,
    orgId: 1,
    name: saved.name,
    typeLogoUrl: '',
    type: saved.type,
    typeName: saved.meta.name,
    access: 'proxy',
    url: '',
    user: '',
    database: '',
    basicAuth: false,
    basicAuthUser: '',
    isDefault: false,
    jsonData: saved.jsonData,
    // They are the server's own, where there is a companion.
    secureJsonFields: hasCompanion(saved.jsonData)
      ? { viewToken: true, operateToken: true, adminToken: true }
      : {},
    readOnly: false,
    withCredentials: false,
  };
}

function hasCompanion(jsonData: object): boolean {
  const { companionUrl = '' }: { companionUrl?: string } = jsonData;
  return companionUrl !== '';
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(3), maxWidth: 900, overflow: 'auto' }),
  actions: css({ margin: theme.spacing(2, 0) }),
});

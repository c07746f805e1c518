import { DataSourcePlugin } from '@grafana/data';
import { ConfigEditor } from './components/ConfigEditor';
import { EitherQueryEditor } from './components/EitherQueryEditor';
import { TopologyDataSource } from './datasource';
import type { TopologyQuery, TopologySettings } from './settings';

export const plugin = new DataSourcePlugin<TopologyDataSource, TopologyQuery, TopologySettings>(
  TopologyDataSource,
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(EitherQueryEditor);

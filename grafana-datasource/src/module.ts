import { DataSourcePlugin } from '@grafana/data';
import { ConfigEditor } from './components/ConfigEditor';
import { QueryEditor } from './components/QueryEditor';
import { TopologyDataSource } from './datasource';
import type { TopologyQuery, TopologySettings } from './settings';

export const plugin = new DataSourcePlugin<TopologyDataSource, TopologyQuery, TopologySettings>(
  TopologyDataSource,
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);

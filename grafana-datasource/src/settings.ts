import type { DataSourceJsonData } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import * as z from 'zod/mini';
import type { ExternalService } from './graph/external-services';
import type { VariableKind } from './variables/variable-kinds';
import type { TopologyQuerySpec } from './query';

/** What the configuration page saves. */
export interface TopologySettings extends DataSourceJsonData {
  /** The Prometheus data source to ask. */
  prometheusUid?: string;
  /** How often Prometheus scrapes the exporters, such as `15s`; empty: what that data source says, else 15 s. */
  scrapeInterval?: string;
  /** Labels that every series must carry, such as the cluster's. */
  conditions?: readonly Condition[];
  /** The label by which several Kubernetes clusters in one Prometheus are told apart; empty: `cluster`. */
  clusterLabel?: string;
  /** Names and images of containers that count as the platform's; `*` stands for anything. */
  systemContainers?: readonly string[];
  /** Public services that are one node each, whatever their many DNS names. */
  externalServices?: readonly ExternalService[];
  /** The companion's gateway as Grafana's server reaches it, such as `https://companion:10421`; empty: none. */
  companionUrl?: string;
}

/** Secrets that the routes of plugin.json send; the browser never gets them back. */
export interface TopologySecrets {
  viewToken?: string;
  operateToken?: string;
  adminToken?: string;
}

export interface Condition {
  readonly label: string;
  readonly value: string;
}

export type TopologyQuery = TopologyQuerySpec & DataQuery;

const services = z.catch(
  z.array(z.object({ name: z.string(), suffixes: z.catch(z.array(z.string()), []) })),
  [],
);

/** The public services that the settings name. What provisioning wrote may be anything. */
export function externalServicesOf({ externalServices }: TopologySettings): readonly ExternalService[] {
  return services.parse(externalServices);
}

/** Grafana's types know one kind of query for a data source; ours tell theirs by `queryType`. */
export function asTopologyQuery(query: DataQuery): TopologyQuery {
  return query as unknown as TopologyQuery;
}

/** What a dashboard variable lists. */
export interface VariableQuery extends DataQuery {
  kind: VariableKind;
}

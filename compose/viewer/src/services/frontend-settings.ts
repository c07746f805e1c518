import type { DataSourceJsonData } from '@grafana/data';

/** What the viewer's server says at the start, by the path and in the shape of Grafana's own. */
export interface FrontendSettings {
  readonly user: { readonly login: string; readonly orgRole: string };
  /** By name. */
  readonly datasources: Readonly<Record<string, { readonly jsonData: DataSourceJsonData }>>;
}

export async function fetchFrontendSettings(): Promise<FrontendSettings> {
  const answer = await fetch('/api/frontend/settings');
  if (!answer.ok) {
    throw new Error(
      `The viewer's server does not answer (status ${answer.status}): is npm start still running?`,
    );
  }
  return (await answer.json()) as FrontendSettings;
}

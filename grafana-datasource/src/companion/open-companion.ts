import { config } from '@grafana/runtime';
import { CompanionClient } from './companion-client';
import { tierOfUser } from './user-tier';

/** The companion of a data source, as this user; undefined where the data source names none. */
export function openCompanion(settings: {
  readonly url?: string | undefined;
  readonly jsonData: object;
}): CompanionClient | undefined {
  const { url } = settings;
  const { companionUrl = '' }: { companionUrl?: string } = settings.jsonData;
  return url === undefined || companionUrl === ''
    ? undefined
    : new CompanionClient(
        { proxyUrl: url, tier: tierOfUser(), orgId: config.bootData.user.orgId },
        (...args) => window.fetch(...args),
      );
}

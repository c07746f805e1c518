import { config } from '@grafana/runtime';
import type { Tier } from '@toposcope/companion/protocol/tiers.js';

/** The highest tier whose route Grafana opens to this user. The route, and then the gateway, decide; this only asks. */
export function tierOfUser(): Tier {
  const { orgRole, isGrafanaAdmin }: { orgRole: string; isGrafanaAdmin: boolean } = config.bootData.user;
  if (isGrafanaAdmin || orgRole === 'Admin') {
    return 'admin';
  }
  return orgRole === 'Editor' ? 'operate' : 'view';
}

import { getBackendSrv } from '@grafana/runtime';
import { useEffect, useState } from 'react';
import { firstValueFrom } from 'rxjs';

/** One question a page: dashboards are seldom installed while somebody looks. */
let asked: Promise<ReadonlySet<string> | undefined> | undefined;

/**
 * Whether Grafana has the dashboard with this uid, of those that Toposcope brings; false until it is known. Where it
 * cannot be asked, a link that may lead nowhere is better than none.
 */
export function useInstalled(uid: string | undefined, all: readonly string[]): boolean {
  const [installed, setInstalled] = useState(false);
  useEffect(() => {
    let mounted = true;
    asked ??= installedOf(all);
    void asked.then((uids) => {
      if (mounted) {
        setInstalled(uid !== undefined && (uids?.has(uid) ?? true));
      }
    });
    return () => {
      mounted = false;
    };
  }, [uid, all]);
  return installed;
}

/** Those that are there, by Grafana's search; undefined: it gave no answer. */
async function installedOf(uids: readonly string[]): Promise<ReadonlySet<string> | undefined> {
  try {
    const request = { url: '/api/search', params: { dashboardUIDs: [...uids] }, showErrorAlert: false };
    const { data } = await firstValueFrom(getBackendSrv().fetch<unknown>(request));
    return Array.isArray(data)
      ? new Set(data.map((found: { uid?: string } | null) => found?.uid ?? ''))
      : undefined;
  } catch {
    return undefined;
  }
}

import { expect, test } from '@grafana/plugin-e2e';
import { GRAFANA_URL, PROXY, WHY_SKIPPED, WITHOUT_GRAFANA } from './grafana.js';

test.skip(WITHOUT_GRAFANA, WHY_SKIPPED);

const OPENED = {
  Viewer: ['view'],
  Editor: ['view', 'operate'],
  Admin: ['view', 'operate', 'admin'],
} as const;

for (const role of ['Viewer', 'Editor', 'Admin'] as const) {
  for (const tier of ['view', 'operate', 'admin'] as const) {
    const opened: readonly string[] = OPENED[role];
    const isOpen = opened.includes(tier);
    test(`the proxy ${isOpen ? 'opens' : 'refuses'} the tier ${tier} for a user with the role ${role}`, async ({
      grafanaAPIClient,
      playwright,
    }) => {
      const user = { user: `toposcope-${role.toLowerCase()}`, password: 'only-for-this-test', role };
      await grafanaAPIClient.createUser(user);
      const client = await playwright.request.newContext({
        ...(GRAFANA_URL === undefined ? {} : { baseURL: GRAFANA_URL }),
        httpCredentials: { username: user.user, password: user.password, send: 'always' },
        storageState: { cookies: [], origins: [] },
      });
      const answer = await client.get(`${PROXY}/${tier}/v1/hosts`);
      expect(answer.status()).toBe(isOpen ? 200 : 403);
      await client.dispose();
    });
  }
}

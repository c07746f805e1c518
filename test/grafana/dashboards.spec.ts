import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@grafana/plugin-e2e';
import { WHY_SKIPPED, WITHOUT_GRAFANA } from './grafana.js';

test.skip(WITHOUT_GRAFANA, WHY_SKIPPED);

const FOLDER = path.resolve(import.meta.dirname, '../../dashboards/json');

interface Dashboard {
  readonly uid: string;
  readonly title: string;
}

for (const file of readdirSync(FOLDER)) {
  const { uid, title } = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Dashboard;
  test(`the dashboard ${title} is provisioned, and no panel of it shows an error`, async ({
    gotoDashboardPage,
    page,
  }) => {
    const dashboard = await gotoDashboardPage({ uid });
    await expect(page.getByText(title.replace('Toposcope / ', '')).first()).toBeVisible();
    await dashboard.waitForPanelsQueriesToComplete({ scrollAll: true });
    await expect(page.getByTestId('data-testid Panel status error')).toHaveCount(0);
  });
}

import { expect, test } from '@grafana/plugin-e2e';
import { TOPOLOGY_SOURCE, WHY_SKIPPED, WITHOUT_GRAFANA } from './grafana.js';

test.skip(WITHOUT_GRAFANA, WHY_SKIPPED);

test('the provisioned data source says in Save & test how many hosts it sees', async ({
  gotoDataSourceConfigPage,
  page,
}) => {
  const configPage = await gotoDataSourceConfigPage(TOPOLOGY_SOURCE);
  // It has no back end, so there is no answer of Grafana's to wait for. A provisioned one has only "Test".
  await page.getByRole('button', { name: /^(Save & test|Test)$/ }).click();
  await expect(configPage).toHaveAlert('success', { hasText: /\d+ hosts?/ });
});

test('a new data source finds the Prometheus that exists', async ({ createDataSourceConfigPage, page }) => {
  const configPage = await createDataSourceConfigPage({ type: 'toposcope-topology-datasource' });
  await page.getByRole('button', { name: 'Save & test' }).click();
  await expect(configPage).toHaveAlert('success');
});

test('Explore draws the containers with its own node graph', async ({ explorePage, page }) => {
  await explorePage.datasource.set('Toposcope topology');
  await expect(explorePage.getQueryEditorRow('A').getByText('Containers', { exact: true })).toBeVisible();
  await page.getByTestId('data-testid RefreshPicker run button').click();
  await expect(page.getByText('Node graph').first()).toBeVisible();
});

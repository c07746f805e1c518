import { expect, test } from '@grafana/plugin-e2e';
import { WHY_SKIPPED, WITHOUT_GRAFANA } from './grafana.js';

test.skip(WITHOUT_GRAFANA, WHY_SKIPPED);

test('the front page draws containers, and a node opens its card by the keyboard', async ({
  gotoDashboardPage,
  page,
}) => {
  await gotoDashboardPage({ uid: 'toposcope-topology' });
  const picture = page.getByTestId('toposcope-picture').first();
  await expect(picture.getByRole('option').first()).toBeAttached();
  await picture.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('toposcope-card')).toBeVisible();
});

test('the view is in the address, and a link shows the same picture', async ({ gotoDashboardPage, page }) => {
  await gotoDashboardPage({ uid: 'toposcope-topology' });
  await page
    .getByRole('navigation', { name: 'View' })
    .first()
    .getByRole('button', { name: 'Images', exact: true })
    .click();
  await expect(page).toHaveURL(/var-view=images/);
  await page.reload();
  await expect(page.getByTestId('toposcope-picture').first().getByRole('option').first()).toContainText(
    /image/i,
  );
});

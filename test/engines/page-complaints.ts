import type { Page } from 'playwright-core';

/** What a page complains of from now on: what nobody caught, and errors on its console. */
export function pageComplaints(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Docker's networks come and go beneath the browser, which then fetches once more.
    if (message.type() === 'error' && !message.text().includes('ERR_NETWORK_CHANGED')) {
      complaints.push(`${message.text()} ${message.location().url}`);
    }
  });
  return complaints;
}

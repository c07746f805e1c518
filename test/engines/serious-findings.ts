import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe-core finds in an element that is serious or worse: the rule, the markup, and what to do. */
export async function seriousFindings(page: Page, selector: string): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(`axe.run(document.querySelector(${JSON.stringify(selector)}))
    .then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`);
}

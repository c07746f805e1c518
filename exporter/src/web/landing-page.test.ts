import { describe, expect, it } from 'vitest';
import { landingPage } from './landing-page.js';

const page = { host: 'a', version: '1', telemetryPath: '/metrics', runs: [] };

describe('landingPage', () => {
  it('links the metrics', () => {
    expect(landingPage({ ...page, telemetryPath: '/m&m' })).toContain('<a href="/m&amp;m">');
  });

  it('shows how each collector did', () => {
    const html = landingPage({
      ...page,
      runs: [
        { name: 'host', error: undefined, seconds: 0.0123, mode: undefined },
        { name: 'container', error: new Error('no <socket> & "more"'), seconds: 0, mode: 'v2' },
      ],
    });
    expect(html).toContain('<td>host</td><td>up</td><td>12.3 ms</td>');
    expect(html).toContain('<td>failed</td><td>0.0 ms</td><td>no &lt;socket&gt; &amp; &quot;more&quot;</td>');
  });

  it('escapes the host', () => {
    expect(landingPage({ ...page, host: '<script>' })).not.toContain('<script>');
  });

  it('says that nothing was scraped yet', () => {
    expect(landingPage(page)).toContain('Nothing has been scraped yet');
  });
});

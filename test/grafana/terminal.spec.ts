import { expect, test } from '@grafana/plugin-e2e';
import { PROXY, WHY_SKIPPED, WITHOUT_GRAFANA } from './grafana.js';

test.skip(WITHOUT_GRAFANA, WHY_SKIPPED);

test("a WebSocket through Grafana's proxy reaches the gateway, which proves who asks and refuses by its policy", async ({
  page,
}) => {
  await page.goto('/');
  const hosts = (await (await page.request.get(`${PROXY}/view/v1/hosts`)).json()) as {
    hosts: { name: string }[];
  };
  const host = hosts.hosts[0]?.name ?? '';
  const answer = await page.evaluate(
    async ({ url, patience }) => {
      const address = new URL(url, location.href);
      address.protocol = address.protocol.replace('http', 'ws');
      const socket = new WebSocket(address, 'toposcope-terminal-1');
      return new Promise<string>((resolve) => {
        socket.onopen = () =>
          socket.send(JSON.stringify({ type: 'open', request: { action: 'host-shell' } }));
        socket.onmessage = ({ data }) => resolve(String(data));
        socket.onerror = () => resolve('the upgrade failed');
        setTimeout(() => resolve('nothing was said'), patience);
      });
    },
    { url: `${PROXY}/admin/v1/hosts/${encodeURIComponent(host)}/terminal`, patience: 20_000 },
  );
  // The stack's policy has no rule, and what has no rule is refused.
  expect(answer).toContain('policy');
});

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kubernetesAccess } from '../../companion/src/cluster/kubernetes/access.js';
import { ApiClient } from '../../companion/src/cluster/kubernetes/api-client.js';
import { kubernetes } from '../../companion/src/cluster/kubernetes/kubernetes.js';
import { nodeOf } from '../../grafana-panel/src/scene/topology.fixture.js';
import { startChromium } from '../engines/chromium.js';
import { startClusterAgent } from '../engines/cluster-agent.js';
import { makeSecrets, startGateway, type TestGateway } from '../engines/companion.js';
import { serveHarness, type HarnessPage } from '../engines/harness-page.js';
import { KubernetesApi } from '../engines/kubernetes-api.js';

const ARTEFACTS = path.resolve(import.meta.dirname, '../../artefacts');
const POD = '/api/v1/namespaces/shop/pods/web-1';
const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const place = [
  { key: 'cluster', label: 'Cluster', values: ['prod'] },
  { key: 'namespace', label: 'Namespace', values: ['shop'] },
];

describe('the buttons of a cluster’s objects, from the browser to the API server', () => {
  const secrets = makeSecrets();
  let api: KubernetesApi;
  let gateway: TestGateway;
  let agent: { stop(): Promise<void> };
  let harness: HarnessPage;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    mkdirSync(ARTEFACTS, { recursive: true });
    api = await KubernetesApi.start();
    gateway = await startGateway(secrets, { policy: 'rules: [{ allow: "*" }]' });
    const orchestrator = kubernetes(new ApiClient(await kubernetesAccess(undefined, api.root)));
    agent = await startClusterAgent(secrets, gateway, 'prod', orchestrator);
    harness = await serveHarness('companion');
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    harness.close();
    await agent.stop();
    await gateway.close();
    await api.dispose();
  });
  beforeEach(async () => {
    complaints = [];
    api.requests.length = 0;
    const metadata = { namespace: 'shop', labels: {} };
    api.objects.set(WEB, {
      kind: 'Deployment',
      metadata: { ...metadata, name: 'web', uid: 'u-web' },
      spec: {
        replicas: 2,
        template: {
          spec: { containers: [{ name: 'web', env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }] },
        },
      },
    } as never);
    api.objects.set(POD, {
      kind: 'Pod',
      metadata: { ...metadata, name: 'web-1', uid: 'u-web-1' },
      spec: { containers: [{ name: 'web' }, { name: 'proxy' }] },
    } as never);
    api.logs.set('shop/web-1/web', ['2026-01-01T00:00:01.000000000Z from the shop\n']);
    api.logs.set('shop/web-1/proxy', ['2026-01-01T00:00:02.000000000Z from the proxy\n']);
    api.events.splice(0, Infinity, {
      ...{ type: 'Warning', reason: 'BackOff', message: 'Back-off restarting', count: 7 },
      lastTimestamp: '2026-01-02T00:00:00Z',
    });
    page = await browser.newPage({ viewport: { width: 900, height: 600 } });
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.route('**/proxy/**', async (route) => {
      // As Grafana's proxy: the tier's token and the user are its to add.
      const url = `${gateway.url}${new URL(route.request().url()).pathname.replace(/^\/proxy/, '')}`;
      const { search } = new URL(route.request().url());
      const headers = { ...route.request().headers(), ...(await gateway.headers('admin')) };
      await route.continue({ url: `${url}${search}`, headers }).catch(() => undefined);
    });
    await page.goto(harness.url);
    await page.waitForFunction('"companionHarness" in window');
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const show = (node: object) => page.evaluate(`companionHarness.show(${JSON.stringify(node)})`);
  const buttons = () => page.getByRole('group').getByRole('button').allInnerTexts();
  const keep = (name: string) =>
    page.screenshot({ path: path.join(ARTEFACTS, `companion-objects-${name}.png`) });

  it('offers what a deployment takes, asks how many replicas, and scales it', async () => {
    await show(nodeOf('d', { kind: 'deployment', label: 'web', facts: place }));
    await expect.poll(buttons).toEqual(['Describe', 'Scale', 'Restart']);
    await page.getByRole('button', { name: 'Scale' }).click();
    const replicas = page.getByRole('spinbutton');
    expect(await replicas.inputValue()).toBe('2');
    await replicas.fill('1.5');
    const submit = page.getByRole('dialog').getByRole('button', { name: 'Scale' });
    expect(await submit.isDisabled()).toBe(true);
    await replicas.fill('5');
    await keep('scale');
    await submit.click();
    await expect.poll(() => page.getByRole('status').allInnerTexts()).toContain('web is scaled from 2 to 5.');
    expect(api.changes).toMatchObject([
      { method: 'PATCH', path: `${WEB}/scale`, body: { spec: { replicas: 5 } } },
    ]);
  });

  it('asks before a pod is deleted, and says why it was not', async () => {
    await show(nodeOf('p', { kind: 'pod', label: 'web-1', facts: place }));
    await expect.poll(buttons).toEqual(['Logs', 'Describe', 'Delete']);
    api.forbids = ({ method }) => method === 'DELETE';
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('is forbidden');
    api.forbids = () => false;
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => api.objects.has(POD)).toBe(false);
  });

  it('shows the logs of all containers of a pod, each line with its container', async () => {
    await show(nodeOf('p', { kind: 'pod', label: 'web-1', facts: place }));
    await page.getByRole('button', { name: 'Logs' }).click();
    const log = page.getByRole('log');
    // It is followed, so that lines come as the containers write.
    await expect.poll(() => log.innerText()).toMatch(/web\s+from the shop/);
    await expect.poll(() => log.innerText()).toMatch(/proxy\s+from the proxy/);
    expect(await page.getByLabel('Stream').count()).toBe(0);
    await keep('logs');
  });

  it('describes an object with its events, and without its secrets', async () => {
    await show(nodeOf('d', { kind: 'deployment', label: 'web', facts: place }));
    await page.getByRole('button', { name: 'Describe' }).click();
    const description = page.getByRole('document', { name: 'Description of web' });
    await expect.poll(() => description.innerText()).toContain('kind: Deployment');
    const text = await description.innerText();
    expect(text).toContain('Back-off restarting');
    expect(text).toContain('DB_PASSWORD');
    expect(text).not.toContain('hunter2');
    await keep('describe');
  });

  it('offers nothing, and complains of nothing, where the cluster has no agent', async () => {
    const elsewhere = [{ key: 'cluster', label: 'Cluster', values: ['test'] }, ...place.slice(1)];
    const answered = page.waitForResponse(/\/clusters\/test\//);
    await show(nodeOf('d', { kind: 'deployment', label: 'web', facts: elsewhere }));
    await answered;
    await expect.poll(() => page.locator('[aria-busy]').count()).toBe(0);
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});

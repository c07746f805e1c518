import { hostname } from 'node:os';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { Locator, Page } from 'playwright-core';
import { createViewerServer } from '../../compose/local/src/viewer/viewer-app.js';
import { identifyByHeader } from '../../companion/src/gateway/identity.js';
import type { Role } from '../../companion/src/protocol/tiers.js';
import {
  makeSecrets,
  startAgent,
  startGateway,
  until,
  type GatewaySettings,
  type TestGateway,
} from './companion.js';
import { ExporterRun } from './exporter.js';
import { freePort } from './free-port.js';
import { startPrometheus, type PrometheusServer } from './prometheus.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PATIENCE_MS = 60_000;

/**
 * What `npm start` runs, in parts that a test has in its hand: this machine's containers by a real exporter and
 * Prometheus, a gateway and an agent of this process, and a viewer for each role.
 */
export class CompanionStack {
  gateway!: TestGateway;
  private readonly secrets = makeSecrets();
  private readonly viewers = new Map<Role, Server>();
  private readonly stops: (() => Promise<unknown>)[] = [];

  private constructor(
    private readonly settings: GatewaySettings,
    private readonly prometheus: PrometheusServer,
  ) {}

  static async start(settings: GatewaySettings): Promise<CompanionStack> {
    const address = `127.0.0.1:${await freePort()}`;
    const exporter = await ExporterRun.serving([`--web.listen-address=${address}`]);
    const prometheus = await startPrometheus([address]);
    const stack = new CompanionStack({ ...settings, port: await freePort() }, prometheus);
    stack.stops.push(
      () => prometheus.stop(),
      () => exporter.stop(),
    );
    await stack.startGateway();
    const agent = startAgent(stack.secrets, { host: hostname(), gateway: new URL(stack.gateway.url) });
    stack.stops.push(
      () => agent.stop(),
      () => stack.gateway.close(),
    );
    await stack.connected();
    return stack;
  }

  /** Also again, at the same address, once `gateway` was closed. */
  async startGateway(): Promise<void> {
    this.gateway = await startGateway(this.secrets, { ...this.settings, identify: identifyByHeader });
  }

  async connected(): Promise<void> {
    await until('the agent is connected', () => this.gateway.register.size === 1);
  }

  /** Where somebody with that role looks at the dashboard. */
  async urlFor(role: Role): Promise<string> {
    const viewer = this.viewers.get(role) ?? (await this.startViewer(role));
    return `http://127.0.0.1:${(viewer.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const viewer of this.viewers.values()) {
      viewer.closeAllConnections();
      viewer.close();
    }
    for (const stop of this.stops.reverse()) {
      await stop();
    }
  }

  private async startViewer(role: Role): Promise<Server> {
    const viewer = createViewerServer({
      prometheusUrl: this.prometheus.url,
      pageFolder: path.join(ROOT, 'compose/viewer/dist/11'),
      pluginFolders: {
        'toposcope-topology-panel': path.join(ROOT, 'grafana-panel/dist'),
        'toposcope-topology-datasource': path.join(ROOT, 'grafana-datasource/dist'),
      },
      user: { login: role.toLowerCase(), role },
      companion: { url: this.gateway.url, tokens: this.secrets.tokens },
    });
    this.viewers.set(role, viewer);
    await new Promise<void>((resolve) => viewer.listen(0, '127.0.0.1', resolve));
    return viewer;
  }
}

/** Finds a container by the panel's search and opens its card by the keyboard; answers with what can be done to it. */
export async function openCard(page: Page, url: string, name: string): Promise<Locator> {
  await page.goto(url);
  const picture = page.getByTestId('toposcope-picture');
  const field = page.getByRole('textbox', { name: 'Search nodes' });
  await field.fill(name);
  await picture
    .getByRole('option', { name: new RegExp(`^${name}\\b`) })
    .waitFor({ state: 'attached', timeout: PATIENCE_MS });
  await field.press('Enter');
  const card = page.getByTestId('toposcope-card');
  await until('the card is open', async () => {
    await picture.press('ArrowRight');
    await picture.press('Enter');
    return card.waitFor({ timeout: 2_000 }).then(
      () => true,
      () => false,
    );
  });
  return card;
}

import { createServer, type Server } from 'node:http';
import { Socket } from 'node:net';
import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import { z } from 'zod';
import { askPrometheus, PrometheusError } from '../prometheus/prometheus-api.js';
import { answerDataQuery, dataQueryRequest } from './data-query.js';
import { createDataSourceProxy, TOPOLOGY_PROXY_PATH, type DataSourceProxy } from './data-source-proxy.js';
import type { GrafanaUser } from './grafana-user.js';
import { ownNames as ownNamesOf } from './same-site.js';

export interface ViewerSettings {
  readonly prometheusUrl: string;
  /** The built page: index.html, its hashed parts, and @grafana/ui's images. */
  readonly pageFolder: string;
  /** A plugin's id → its built folder. */
  readonly pluginFolders: Readonly<Record<string, string>>;
  /** Who everybody is; default: an Admin. */
  readonly user?: GrafanaUser;
  /** The companion behind the topology data source; absent: none. */
  readonly companion?: CompanionAccess;
  /** Names by which browsers may reach it, where there is a companion; default: this machine's own. */
  readonly ownNames?: ReadonlySet<string>;
}

/** Where the companion's gateway listens, and the secrets of its tiers. */
export interface CompanionAccess {
  readonly url: string;
  readonly tokens: Readonly<Record<'view' | 'operate' | 'admin', string>>;
}

const PROMETHEUS_UID = 'prometheus';
const TOPOLOGY_ID = 'toposcope-topology-datasource';
const LOCAL_USER: GrafanaUser = { login: 'viewer', role: 'Admin' };
const FOREVER = { immutable: true, maxAge: '1y', index: false } as const;

/** The viewer as a server: its pages, and WebSockets to the companion. */
export function createViewerServer(settings: ViewerSettings): Server {
  const proxy = topologyProxy(settings);
  const server = createServer(viewerApp(settings, proxy));
  server.on('upgrade', (request, socket, head) => {
    // Node.js' types leave room for other streams; a server of its own has sockets.
    if (proxy !== undefined && socket instanceof Socket && isBelow(TOPOLOGY_PROXY_PATH, request.url)) {
      proxy.upgrade(request, socket, head);
    } else {
      socket.destroy();
    }
  });
  return server;
}

/** The viewer's page, the two plugins, and as much of Grafana's API as they need: one Prometheus data source. */
export function createViewerApp(settings: ViewerSettings): Express {
  return viewerApp(settings, topologyProxy(settings));
}

function viewerApp(
  { prometheusUrl, pageFolder, pluginFolders, user = LOCAL_USER, companion }: ViewerSettings,
  proxy: DataSourceProxy | undefined,
): Express {
  const app = express().disable('x-powered-by');
  if (proxy !== undefined) {
    // Before anything that reads the body or looks at the path in its own way.
    app.use((request, response, next) => {
      if (isBelow(TOPOLOGY_PROXY_PATH, request.originalUrl)) {
        proxy.answer(request, response);
      } else {
        next();
      }
    });
  }

  // The second is where links to Grafana's Explore lead.
  app.get(['/', '/explore'], (_request, response) =>
    response.sendFile('index.html', { root: pageFolder, cacheControl: false }),
  );
  app.use('/viewer', express.static(pageFolder, FOREVER));
  // Grafana 11 asks for its icons at the first address, Grafana 13 at the second.
  app.use(['/public/img', '/public/build/img'], express.static(`${pageFolder}/img`, FOREVER));
  app.use(['/public/fonts', '/public/build/fonts'], express.static(`${pageFolder}/fonts`, FOREVER));
  for (const [id, folder] of Object.entries(pluginFolders)) {
    app.use(`/public/plugins/${id}`, express.static(folder));
  }

  app.get('/api/health', (_request, response) => void response.json({ database: 'ok' }));
  app.get('/api/frontend/settings', (_request, response) => {
    response.json({
      user: { login: user.login, orgRole: user.role },
      datasources: { Toposcope: { jsonData: { companionUrl: companion?.url ?? '' } } },
    });
  });
  // Which dashboards there are: the viewer's own is none of them.
  app.get('/api/search', (_request, response) => void response.json([]));
  app.get('/api/datasources/uid/:uid/health', async ({ params: { uid } }, response) => {
    if (uid !== PROMETHEUS_UID) {
      refuse(response, 404, `There is no data source ${uid} with a health check here.`);
      return;
    }
    try {
      await askPrometheus(prometheusUrl, 'query', { query: '1+1' });
      response.json({ status: 'OK', message: 'Successfully queried the Prometheus API.' });
    } catch (error) {
      response.status(400).json({ status: 'ERROR', message: (error as Error).message });
    }
  });
  app.post('/api/ds/query', express.json({ limit: '4mb' }), async (request, response) => {
    const parsed = dataQueryRequest.safeParse(request.body);
    if (!parsed.success) {
      refuse(response, 400, `The query is not valid: ${z.prettifyError(parsed.error)}`);
      return;
    }
    const stranger = parsed.data.queries.find(({ datasource }) => datasource.uid !== PROMETHEUS_UID);
    if (stranger) {
      refuse(response, 404, `There is no data source ${stranger.datasource.uid}.`);
      return;
    }
    const answer = await answerDataQuery(prometheusUrl, parsed.data);
    const failed = Object.values(answer.results).some(({ status }) => status !== 200);
    response.status(failed ? 400 : 200).json(answer);
  });
  app.get('/api/datasources/proxy/uid/prometheus/api/v1/*path', async (request, response) => {
    const { path } = request.params as unknown as { path: readonly string[] };
    const search = new URL(request.originalUrl, 'http://viewer').search;
    const url = `${prometheusUrl}/api/v1/${path.map(encodeURIComponent).join('/')}${search}`;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) });
      response
        .status(answer.status)
        .type('json')
        .send(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      refuse(response, 502, `Prometheus does not answer at ${url}: ${(error as Error).message}`);
    }
  });

  app.use('/api', (request, response) => refuse(response, 404, `The viewer has no ${request.originalUrl}.`));
  app.use(answerError);
  return app;
}

function topologyProxy({
  pluginFolders,
  user = LOCAL_USER,
  companion,
  ownNames = ownNamesOf('127.0.0.1'),
}: ViewerSettings): DataSourceProxy | undefined {
  const pluginFolder = pluginFolders[TOPOLOGY_ID];
  if (companion === undefined || pluginFolder === undefined) {
    return undefined;
  }
  const { view, operate, admin } = companion.tokens;
  return createDataSourceProxy({
    pluginFolder,
    values: {
      JsonData: { companionUrl: companion.url },
      SecureJsonData: { viewToken: view, operateToken: operate, adminToken: admin },
    },
    user,
    ownNames,
  });
}

function isBelow(folder: string, url = ''): boolean {
  return url.startsWith(`${folder}/`);
}

function refuse(response: Response, status: number, message: string): void {
  response.status(status).json({ message });
}

const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const { status, message } = error as { status?: number; message?: string };
  refuse(response, error instanceof PrometheusError ? 502 : (status ?? 500), message ?? 'The viewer failed.');
};

import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import path from 'node:path';
import { createProxyServer } from 'httpxy';
import type { GrafanaUser } from './grafana-user.js';
import { matchRoute, routesSchema, type RouteMatch, type RouteValues } from './plugin-routes.js';
import { refusalOfStranger } from './same-site.js';

/** What the topology data source is configured with where the viewer stands in for Grafana. */
export interface DataSourceProxySettings {
  /** The built plugin, whose plugin.json has the routes. */
  readonly pluginFolder: string;
  readonly values: RouteValues;
  readonly user: GrafanaUser;
  readonly ownNames: ReadonlySet<string>;
}

export const TOPOLOGY_PROXY_PATH = '/api/datasources/proxy/uid/toposcope';

export interface DataSourceProxy {
  answer(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

/** Grafana's data source proxy for one data source: routes and roles by plugin.json, secrets added on the way. */
export function createDataSourceProxy({
  pluginFolder,
  values,
  user,
  ownNames,
}: DataSourceProxySettings): DataSourceProxy {
  const manifest: unknown = JSON.parse(readFileSync(path.join(pluginFolder, 'plugin.json'), 'utf8'));
  const { routes } = routesSchema.parse(manifest);
  const proxy = createProxyServer({ prependPath: false, changeOrigin: true });

  function way(request: IncomingMessage): RouteMatch {
    const stranger = refusalOfStranger(request.headers, ownNames);
    if (stranger !== undefined) {
      return { found: false, status: 403, reason: stranger };
    }
    const proxyPath = (request.url ?? '').slice(TOPOLOGY_PROXY_PATH.length).replace(/^\//, '');
    return matchRoute(routes, { method: request.method ?? '', proxyPath, role: user.role }, values);
  }

  return {
    answer(request, response) {
      const match = way(request);
      if (!match.found) {
        answerJson(response, match.status, match.reason);
        return;
      }
      prepare(request, match.path, user);
      proxy
        .web(request, response, { target: match.origin, headers: { ...match.headers } })
        .catch(() => answerJson(response, 502, 'The companion does not answer.'));
    },
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      const match = way(request);
      if (!match.found) {
        socket.end(refusedUpgrade(match.status, match.reason));
        return;
      }
      prepare(request, match.path, user);
      proxy
        .ws(request, socket, { target: match.origin, headers: { ...match.headers } }, head)
        .catch(() => socket.end(refusedUpgrade(502, 'The companion does not answer.')));
    },
  };
}

/** Takes away what Grafana takes away, and says who the user is, as `send_user_header` makes it. */
function prepare(request: IncomingMessage, target: string, user: GrafanaUser): void {
  const { headers } = request;
  request.url = target;
  for (const name of ['origin', 'referer', 'cookie', 'x-grafana-id']) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete headers[name];
  }
  headers['x-grafana-user'] = user.login;
}

function answerJson(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message }));
}

function refusedUpgrade(status: number, message: string): string {
  const body = JSON.stringify({ message });
  return (
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

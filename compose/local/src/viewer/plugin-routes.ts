import path from 'node:path';
import { z } from 'zod';
import { includesRole, ROLES, type Role } from './grafana-user.js';

const routeSchema = z.object({
  path: z.string(),
  method: z.string().optional(),
  url: z.string(),
  reqRole: z.enum(ROLES).optional(),
  headers: z.array(z.object({ name: z.string(), content: z.string() })).default([]),
});
/** A route of the data source proxy, as plugin.json declares it. */
export type PluginRoute = z.infer<typeof routeSchema>;

/** The part of plugin.json that Grafana's data source proxy reads. */
export const routesSchema = z.object({ routes: z.array(routeSchema).default([]) });

/** What the texts in a route's URL and headers are filled with. */
export interface RouteValues {
  readonly JsonData: Readonly<Record<string, string>>;
  readonly SecureJsonData: Readonly<Record<string, string>>;
}

export type RouteMatch =
  | {
      readonly found: true;
      /** Such as `http://companion:10421`. */
      readonly origin: string;
      /** Path and query, as they were written: a URL class would resolve dots in it. */
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly found: false; readonly status: 403 | 404; readonly reason: string };

/**
 * Finds the way of a proxied request by Grafana's rules: the first route that is a prefix of the path counts, its
 * `reqRole` decides, and what follows the prefix goes to the route's URL as it was written.
 *
 * @param asked its `proxyPath` is what follows the data source's own part, still escaped, without its first slash, with the query
 */
export function matchRoute(
  routes: readonly PluginRoute[],
  { method, proxyPath, role }: { method: string; proxyPath: string; role: Role },
  values: RouteValues,
): RouteMatch {
  const cleaned = cleanedPath(proxyPath);
  const route = routes.find(
    (candidate) => ['', '*', method].includes(candidate.method ?? '') && cleaned.startsWith(candidate.path),
  );
  if (route === undefined) {
    return { found: false, status: 404, reason: 'The data source has no route for this path.' };
  }
  if (route.reqRole !== undefined && !includesRole(role, route.reqRole)) {
    return { found: false, status: 403, reason: 'plugin proxy route access denied' };
  }
  const rest = proxyPath.startsWith(route.path) ? proxyPath.slice(route.path.length) : proxyPath;
  const base = filledIn(route.url, values).replace(/\/$/, '');
  if (!URL.canParse(base)) {
    return { found: false, status: 404, reason: `The data source's address is not one: ${base}.` };
  }
  const { origin } = new URL(base);
  return {
    found: true,
    origin,
    path: `${base.slice(origin.length)}/${rest.replace(/^\//, '')}`,
    headers: Object.fromEntries(route.headers.map(({ name, content }) => [name, filledIn(content, values)])),
  };
}

/** As Grafana has compared paths since CVE-2025-3454: dots and doubled slashes resolved, no slash in front. */
function cleanedPath(proxyPath: string): string {
  return path.posix.normalize(`/${proxyPath.split('?', 1)[0] ?? ''}`).slice(1);
}

/** `{{ .JsonData.name }}` and `{{ .SecureJsonData.name }}`, all of Go's templates that the plugin uses. */
function filledIn(template: string, values: RouteValues): string {
  return template.replace(
    /\{\{\s*\.(JsonData|SecureJsonData)\.(\w+)\s*\}\}/g,
    (_, source: keyof RouteValues, name: string) => values[source][name] ?? '<no value>',
  );
}

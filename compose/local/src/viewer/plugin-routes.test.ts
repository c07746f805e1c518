import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from './grafana-user.js';
import { matchRoute, routesSchema } from './plugin-routes.js';

const PLUGIN = path.resolve(import.meta.dirname, '../../../../grafana-datasource/src/plugin.json');
const { routes } = routesSchema.parse(JSON.parse(readFileSync(PLUGIN, 'utf8')));
const VALUES = {
  JsonData: { companionUrl: 'http://companion:10421' },
  SecureJsonData: { viewToken: 'v', operateToken: 'o', adminToken: 'a' },
};

function match(role: Role, proxyPath: string) {
  return matchRoute(routes, { method: 'GET', proxyPath, role }, VALUES);
}

describe("the data source's routes", () => {
  it.each([
    ['Viewer', ['view']],
    ['Editor', ['view', 'operate']],
    ['Admin', ['view', 'operate', 'admin']],
  ] as const)('let a %s through to %j and to nothing else', (role, open) => {
    const passed = ['view', 'operate', 'admin'].filter((tier) => match(role, `${tier}/v1/hosts`).found);
    expect(passed).toEqual(open);
  });

  it.each([
    ['view', 'v'],
    ['operate', 'o'],
    ['admin', 'a'],
  ])('send what passes by %s on with the token of that tier', (tier, token) => {
    expect(match('Admin', `${tier}/v1/hosts/web-1/containers`)).toEqual({
      found: true,
      origin: 'http://companion:10421',
      path: `/${tier}/v1/hosts/web-1/containers`,
      headers: { 'X-Toposcope-Token': token },
    });
  });

  it.each([
    ['a doubled slash', '/admin/v1/hosts'],
    ['dots that lead to another route', 'view/../admin/v1/hosts'],
    ['a dot in front', './admin/v1/hosts'],
    ['many slashes', '///admin//v1/hosts'],
    ['a query that looks like a path', 'admin/v1/hosts?x=/../../view'],
  ])('want the role of the route that %s ends at', (_, proxyPath) => {
    expect(match('Viewer', proxyPath)).toMatchObject({ found: false, status: 403 });
    expect(match('Editor', proxyPath)).toMatchObject({ found: false, status: 403 });
  });

  it('pass the rest of a path on as it was written, for the gateway to refuse', () => {
    expect(match('Viewer', 'view/v1/%2e%2e/x')).toMatchObject({ path: '/view/v1/%2e%2e/x' });
    expect(match('Viewer', 'view/v1/hosts?a=b%20c')).toMatchObject({ path: '/view/v1/hosts?a=b%20c' });
  });

  it('say so where the data source names no companion', () => {
    const nowhere = { JsonData: {}, SecureJsonData: {} };
    expect(matchRoute(routes, { method: 'GET', proxyPath: 'view/v1', role: 'Admin' }, nowhere)).toMatchObject(
      {
        found: false,
        status: 404,
      },
    );
  });

  it.each(ROLES)('have nothing for a %s beside the tiers', (role) => {
    expect(match(role, 'metrics')).toMatchObject({ found: false, status: 404 });
    expect(match(role, '')).toMatchObject({ found: false, status: 404 });
  });
});

import { userInfo } from 'node:os';
import type { Options } from '../options.js';
import type { GrafanaUser } from '../viewer/grafana-user.js';

/**
 * Who everybody is that reaches the viewer. Where only this machine reaches it, that is whoever started it, who could
 * do all this by the engine's socket anyway; a viewer that others reach lets them look, unless --role says more.
 */
export function localUser({
  address,
  role = isLoopback(address) ? 'Admin' : 'Viewer',
}: Pick<Options, 'address' | 'role'>): GrafanaUser {
  return { login: userInfo().username, role };
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.');
}

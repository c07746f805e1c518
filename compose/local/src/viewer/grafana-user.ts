/** Grafana's roles of an organisation, weakest first. */
export const ROLES = ['Viewer', 'Editor', 'Admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who everybody is that reaches the viewer: it has no login. */
export interface GrafanaUser {
  readonly login: string;
  readonly role: Role;
}

/** True when `role` is `needed` or stronger. */
export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

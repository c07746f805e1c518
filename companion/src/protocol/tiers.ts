/** How much an action may harm. Each tier is a route of the data source with the Grafana role that it requires. */
export const TIERS = ['view', 'operate', 'admin'] as const;
export type Tier = (typeof TIERS)[number];

/** Grafana's roles of an organisation, weakest first. */
export const ROLES = ['Viewer', 'Editor', 'Admin'] as const;
export type Role = (typeof ROLES)[number];

/** The role that a tier's route requires, and so the role that a caller of that route is known to have. */
export const ROLE_OF_TIER = {
  view: 'Viewer',
  operate: 'Editor',
  admin: 'Admin',
} as const satisfies Record<Tier, Role>;

/** True when a caller of `tier` may ask for what belongs to `needed`. */
export function tierCovers(tier: Tier, needed: Tier): boolean {
  return TIERS.indexOf(tier) >= TIERS.indexOf(needed);
}

/** True when `role` is `needed` or stronger. */
export function roleCovers(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** The weaker of two roles. */
export function weakerRole(one: Role, other: Role): Role {
  return roleCovers(one, other) ? other : one;
}

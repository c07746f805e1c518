/** What the companion's gateway tells of itself, with its labels; a test asks the gateway's own register. */
export const COMPANION = {
  tunnels: 'toposcope_companion_tunnels',
  tunnelEvents: 'toposcope_companion_tunnels_total',
  actions: 'toposcope_companion_actions_total',
  actionSeconds: 'toposcope_companion_action_duration_seconds',
  sessions: 'toposcope_companion_sessions',
  policyValid: 'toposcope_companion_policy_valid',
} as const;

export const COMPANION_LABELS: Readonly<Record<keyof typeof COMPANION, readonly string[]>> = {
  tunnels: ['state'],
  tunnelEvents: ['event'],
  actions: ['action', 'outcome'],
  actionSeconds: ['action'],
  sessions: [],
  policyValid: [],
};

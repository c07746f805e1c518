/** Of a link that leads away from the picture: what is open there, terminals among it, stays. */
export const IN_A_NEW_TAB = { target: '_blank', rel: 'noreferrer' } as const;

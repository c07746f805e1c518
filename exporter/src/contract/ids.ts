/** The first 12 hex digits of a container's id; empty for what runs outside containers. */
export type ContainerId = string & { readonly __brand: 'ContainerId' };

/** The host's name as it stands in the `host` label. */
export type HostName = string & { readonly __brand: 'HostName' };

export const NO_CONTAINER = '' as ContainerId;

/** Shortens a full container id (64 hex digits, or 12 already). Undefined when it is not one. */
export function containerId(text: string): ContainerId | undefined {
  return /^[0-9a-f]{12}(?:[0-9a-f]{52})?$/.test(text) ? (text.slice(0, 12) as ContainerId) : undefined;
}

export function hostName(text: string): HostName {
  return text as HostName;
}

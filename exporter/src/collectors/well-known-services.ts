import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { parse } from 'yaml';
import { z } from 'zod';
import type { IpAddress } from '../kernel/ip-address.js';

const network = z
  .string()
  .refine(isNetwork, 'must be an address or a CIDR, such as 192.0.2.0/24 or 2001:db8::/32');

const listSchema = z.strictObject({
  services: z.array(
    z.strictObject({
      name: z.string().min(1),
      /** Names that end so, at a dot. */
      suffixes: z.array(z.string().min(1)).default([]),
      networks: z.array(network).default([]),
    }),
  ),
});

/** Finds the name that stands for all of a well-known service. */
export interface WellKnownServices {
  /** The service that a peer belongs to, by its DNS name (empty where unknown) or its address. */
  find(name: string, address: IpAddress): string | undefined;
}

export const NO_SERVICES: WellKnownServices = { find: () => undefined };

/** @throws Error that says what in the file is wrong */
export function readWellKnownServices(path: string): WellKnownServices {
  try {
    return parseWellKnownServices(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new Error(`The list of services ${path} cannot be used: ${reason}`, { cause: error });
  }
}

/** `services:` with, for each, `name`, and `suffixes` of DNS names or `networks` or both; the first that fits wins. */
export function parseWellKnownServices(text: string): WellKnownServices {
  const services = listSchema.parse(parse(text)).services.map(({ name, suffixes, networks }) => ({
    name,
    suffixes: suffixes.map((suffix) => suffix.toLowerCase().replace(/^\.|\.$/g, '')),
    networks: blockListOf(networks),
  }));
  return {
    find(name, address) {
      const family = address.includes(':') ? 'ipv6' : 'ipv4';
      return services.find(
        ({ suffixes, networks }) =>
          suffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`)) ||
          networks.check(address, family),
      )?.name;
    },
  };
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const each of networks) {
    const [address = '', prefix] = each.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return list;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix = '0', ...more] = text.split('/');
  const version = isIP(address);
  return (
    version !== 0 &&
    more.length === 0 &&
    /^\d{1,3}$/.test(prefix) &&
    Number(prefix) <= (version === 6 ? 128 : 32)
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

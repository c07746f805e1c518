import { readFileSync } from 'node:fs';

/** The kernel's default (net/ipv4/af_inet.c, inet_init_net). */
const DEFAULT_FIRST_PORT = 32_768;

/** The first of the ports that clients are given when they ask for none, in the exporter's network namespace. */
export function firstEphemeralPort(procRoot: string): number {
  try {
    const [first] = readFileSync(`${procRoot}/sys/net/ipv4/ip_local_port_range`, 'utf8').split(/\s+/);
    return Number(first) > 0 ? Number(first) : DEFAULT_FIRST_PORT;
  } catch {
    return DEFAULT_FIRST_PORT;
  }
}

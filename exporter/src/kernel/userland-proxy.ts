import { readFileSync } from 'node:fs';
import type { IpAddress } from './ip-address.js';

/**
 * Where Docker's userland proxy passes connections on to, by its own arguments
 * (`docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 -container-port 80`).
 * Undefined when the process has ended or has no such arguments.
 */
export function userlandProxyTarget(
  procRoot: string,
  pid: number,
): { address: IpAddress; port: number } | undefined {
  let commandLine: string;
  try {
    commandLine = readFileSync(`${procRoot}/${pid}/cmdline`, 'utf8');
  } catch {
    return undefined;
  }
  const words = commandLine.split('\0');
  const valueOf = (flag: string): string | undefined => {
    const at = words.indexOf(flag);
    return at < 0 ? undefined : words[at + 1];
  };
  const address = valueOf('-container-ip');
  const port = Number(valueOf('-container-port'));
  return address === undefined || !(port > 0 && port < 65_536) ? undefined : { address, port };
}

/** The process's name, as `/proc/<pid>/comm` has it. */
export const USERLAND_PROXY = 'docker-proxy';

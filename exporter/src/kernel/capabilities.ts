import { readFileSync } from 'node:fs';

/** Bit numbers of include/uapi/linux/capability.h: what the connection collector can make use of. */
const BITS = {
  CAP_DAC_OVERRIDE: 1,
  CAP_DAC_READ_SEARCH: 2,
  CAP_NET_BROADCAST: 11,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
} as const;
export type Capability = keyof typeof BITS;

/** Whether this process has the capability in effect; taken to be so where the kernel does not tell. */
export function hasCapability(procRoot: string, capability: Capability): boolean {
  let status: string;
  try {
    status = readFileSync(`${procRoot}/self/status`, 'latin1');
  } catch {
    return true;
  }
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return effective === undefined || ((BigInt(`0x${effective}`) >> BigInt(BITS[capability])) & 1n) === 1n;
}

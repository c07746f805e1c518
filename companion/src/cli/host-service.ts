import type { Logger } from 'pino';
import { connectEngine } from '../agent/engine.js';
import type { Host } from '../agent/handler.js';
import { endLeftPrograms } from '../agent/left-programs.js';
import { perform } from '../agent/perform.js';
import { PermitVerifier } from '../agent/permit-verifier.js';
import { Procfs } from '../agent/procfs.js';
import type { AgentService } from '../agent/serve-tunnel.js';
import type { ActionName } from '../protocol/action.js';
import type { Hello } from '../protocol/tunnel.js';
import type { KeyObject } from 'node:crypto';

/** The flags of `addHostFlags`, as commander gives them. */
export interface HostFlags {
  readonly 'engine.socket': string;
  readonly allow: readonly ActionName[];
  readonly 'host.name': string;
  readonly 'hostShell.command': readonly [string, ...string[]];
  readonly 'exporter.address'?: string;
}

/** What serves this host. Ends first what a service before it was killed over. */
export function hostService(flags: HostFlags, keys: readonly KeyObject[], log: Logger): AgentService {
  const procfs = new Procfs();
  void endLeftPrograms(procfs, log).catch((error: unknown) => {
    log.warn({ err: error }, 'what terminals have left cannot be ended');
  });
  const host: Host = {
    engine: connectEngine(flags['engine.socket']),
    procfs,
    hostShell: flags['hostShell.command'],
  };
  const allows = new Set(flags.allow);
  return {
    perform: (claims, signal) => perform(host, allows, claims, signal),
    verifier: new PermitVerifier(flags['host.name'], keys),
    log,
  };
}

export function helloOf(flags: HostFlags, version: string): Hello {
  const exporter = flags['exporter.address'];
  return {
    host: flags['host.name'],
    version,
    allows: [...flags.allow],
    ...(exporter === undefined ? {} : { exporter }),
  };
}

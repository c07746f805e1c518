import type { Command } from 'commander';
import type { Logger } from 'pino';
import { addConnectionFlags, serveGateways, type ConnectionFlags } from './connection.js';
import { addHostFlags } from './flags.js';
import { helloOf, hostService, type HostFlags } from './host-service.js';

type AgentFlags = ConnectionFlags & HostFlags;

export function addAgentCommand(program: Command, version: string, logger: () => Logger): void {
  const command = program
    .command('agent')
    .description('serve one host to the gateways it dials; listens on nothing');
  addHostFlags(addConnectionFlags(command)).action((flags: AgentFlags) => runAgent(flags, version, logger()));
}

async function runAgent(flags: AgentFlags, version: string, log: Logger): Promise<void> {
  const service = hostService(flags, flags['gateway.keyFile'], log);
  await serveGateways(flags, helloOf(flags, version), service, log);
}

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { pino, type Logger } from 'pino';
import { z } from 'zod';
import { withoutHidden } from './audit/json-line.js';
import { addAgentCommand } from './cli/agent-command.js';
import { addClusterCommand } from './cli/cluster-command.js';
import { dropUnset, flag } from './cli/flags.js';
import { addGatewayCommand } from './cli/gateway-command.js';
import { addKeygenCommand } from './cli/keygen-command.js';

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

/** Runs the command that the arguments name, until it ends. */
export async function run(): Promise<void> {
  const program = new Command('toposcope-companion')
    .description('Acts on hosts, containers, processes and clusters for the Toposcope panel, safely')
    .version(version)
    .addOption(
      flag('--log.level <level>', 'how much to say')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    );

  const logger = (): Logger => {
    const standardError = pino.destination({ fd: 2, sync: true });
    return pino(
      { level: z.string().parse(program.opts()['log.level']) },
      { write: (line) => void standardError.write(withoutHidden(line)) },
    );
  };

  addGatewayCommand(program, version, logger);
  addAgentCommand(program, version, logger);
  addClusterCommand(program, version, logger);
  addKeygenCommand(program);

  try {
    dropUnset(
      [program, ...program.commands].flatMap(({ options }) => options),
      process.env,
    );
    await program.parseAsync();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

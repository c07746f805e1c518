import { homedir } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ROLES, type Role } from './viewer/grafana-user.js';

export interface Options {
  readonly address: string;
  readonly port: number;
  readonly exporterPort: number;
  readonly prometheusPort: number;
  readonly prometheusUrl?: string;
  readonly stateDir: string;
  readonly grafana: '11' | '13';
  readonly demo: boolean;
  /** Whether the companion runs: terminals, logs and buttons. */
  readonly companion: boolean;
  readonly companionPort: number;
  /** Who the viewer's user is to the companion; absent: Admin where only this machine reaches the viewer, else Viewer. */
  readonly role?: Role;
}

/** Reads the flags, each of which has an environment variable. Prints the help or an error, and ends, by itself. */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const command = commandOf(env).parse([...args], { from: 'user' });
  const kept = flagsKeptByNpm(command, env);
  if (kept.length > 0) {
    command.error(`npm keeps ${kept.join(' and ')} for itself. Write: npm start -- ${kept.join(' ')}`);
  }
  return command.opts<Options>();
}

/** What stood before `--`: npm takes such flags for settings of its own, and hands them on in the environment. */
function flagsKeptByNpm({ options }: Command, env: NodeJS.ProcessEnv): string[] {
  return options
    .filter(
      (option) => env[`npm_config_${option.name().replace('no-', '').replaceAll('-', '_')}`] !== undefined,
    )
    .map(({ long }) => long ?? '');
}

/** What `--help` prints: `compose/local/help.txt`, which bootstrap.mjs prints before anything is installed. */
export function helpText(): string {
  return commandOf({}).helpInformation();
}

function commandOf(env: NodeJS.ProcessEnv): Command {
  return new Command('npm start --')
    .configureHelp({ helpWidth: 100 })
    .description(
      'Runs the exporter, the companion, a real Prometheus and the viewer on this machine until Ctrl-C.',
    )
    .addOption(
      new Option('--port <port>', "the viewer's port")
        .env('TOPOSCOPE_PORT')
        .default(4040)
        .argParser(parsePort),
    )
    .addOption(
      new Option('--address <address>', 'where the viewer listens; it has no login, so beware of 0.0.0.0')
        .env('TOPOSCOPE_ADDRESS')
        .default('127.0.0.1'),
    )
    .addOption(
      new Option('--prometheus-port <port>', "Prometheus' port")
        .env('TOPOSCOPE_PROMETHEUS_PORT')
        .default(9090)
        .argParser(parsePort),
    )
    .addOption(
      new Option('--exporter-port <port>', "the exporter's port")
        .env('TOPOSCOPE_EXPORTER_PORT')
        .default(10420)
        .argParser(parsePort),
    )
    .addOption(
      new Option('--prometheus-url <url>', 'use this running Prometheus, and start none')
        .env('TOPOSCOPE_PROMETHEUS_URL')
        .argParser(parseUrl),
    )
    .addOption(
      new Option('--state-dir <folder>', 'where Prometheus keeps its data, and the logs are')
        .env('TOPOSCOPE_STATE_DIR')
        .default(defaultStateFolder(env), '~/.local/state/toposcope'),
    )
    .addOption(
      new Option('--grafana <version>', 'the @grafana packages that the viewer is made of')
        .env('TOPOSCOPE_GRAFANA')
        .choices(['11', '13'])
        .default('11'),
    )
    .addOption(
      new Option('--demo', 'also run a small three-tier application in containers to look at')
        .env('TOPOSCOPE_DEMO')
        .default(false),
    )
    .addOption(
      new Option('--no-companion', 'leave the companion out: no terminals, no logs, no buttons').env(
        'TOPOSCOPE_NO_COMPANION',
      ),
    )
    .addOption(
      new Option('--companion-port <port>', "the companion's port")
        .env('TOPOSCOPE_COMPANION_PORT')
        .default(10421)
        .argParser(parsePort),
    )
    .addOption(
      new Option(
        '--role <role>',
        'who everybody is that reaches the viewer; default: Admin on loopback, else Viewer',
      )
        .env('TOPOSCOPE_ROLE')
        .choices(ROLES),
    )
    .allowExcessArguments(false);
}

function defaultStateFolder(env: NodeJS.ProcessEnv): string {
  const states = env.XDG_STATE_HOME;
  return path.join(
    states === undefined || states === '' ? path.join(homedir(), '.local/state') : states,
    'toposcope',
  );
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  }
  return port;
}

function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('It should look like http://localhost:9090.');
  }
  return text.replace(/\/+$/, '');
}

import { Command, InvalidArgumentError, Option } from 'commander';
import { ALL_FLAGS, COLLECTOR_FLAGS } from './collector-flags.js';
import { environmentName, type Flag } from './flags.js';
import { FLAGS, type Options } from './options.js';

/** What the command line asked for: to run, or text to print and an exit code. */
export type Invocation =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'answer'; readonly text: string; readonly exitCode: 0 }
  | { readonly kind: 'refusal'; readonly text: string; readonly exitCode: 2 };

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads flags, then the environment, then defaults. Never throws and never prints. */
export function readCommandLine(
  args: readonly string[],
  environment: Environment,
  version: string,
): Invocation {
  let printed = '';
  const command = createCommand(version).configureOutput({
    writeOut: (text) => (printed += text),
    writeErr: (text) => (printed += text),
  });
  try {
    command.parse(args, { from: 'user' });
    return { kind: 'run', options: toOptions(command, environment) };
  } catch (error) {
    if (isCommanderExit(error) && error.exitCode === 0) {
      return { kind: 'answer', text: printed, exitCode: 0 };
    }
    const message = printed || `error: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'refusal', text: `${message.trim().replaceAll('\n', ' ')}\n`, exitCode: 2 };
  }
}

function createCommand(version: string): Command {
  const command = new Command('toposcope-exporter')
    .description(
      'Publishes containers, processes and connections of this host for Prometheus. It only reads.',
    )
    .version(version, '--version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .addHelpText('after', '\nEach flag can be set by its environment variable; the command line wins.')
    .allowExcessArguments(false)
    .exitOverride();
  for (const flag of ALL_FLAGS) {
    command.addOption(toOption(flag));
    if (flag.value === undefined && flag.default === 'true') {
      command.addOption(new Option(`--no-${flag.name}`).hideHelp());
    }
  }
  return command;
}

/** Values stay text here: they are parsed together with those of the environment. */
function toOption(flag: Flag): Option {
  const isOn = flag.value === undefined && flag.default === 'true';
  const syntax = flag.value === undefined ? `--${flag.name}` : `--${flag.name} <${flag.value}>`;
  const notes = [
    flag.default === '' || flag.default === 'false'
      ? ''
      : isOn
        ? `on; --no-${flag.name}`
        : `default ${flag.default}`,
    environmentName(flag.name),
  ];
  const option = new Option(syntax, `${flag.help} (${notes.filter((note) => note !== '').join('; ')})`);
  return flag.repeatable
    ? option.argParser((value: string, before: string | undefined) =>
        before === undefined ? value : `${before},${value}`,
      )
    : option;
}

function toOptions(command: Command, environment: Environment): Options {
  const values: unknown = Object.fromEntries(
    Object.entries<Flag>(FLAGS).map(([key, flag]) => [key, readFlag(command, flag, environment)]),
  );
  const collectors = [...COLLECTOR_FLAGS].filter(([, flag]) => readFlag(command, flag, environment) === true);
  // Each value comes from the parser of its own flag, which is what the type says.
  return {
    ...(values as Omit<Options, 'collectors'>),
    collectors: new Set(collectors.map(([name]) => name)),
  };
}

/** LOG_LEVEL is understood too, since it is what most programs call it. */
const ALIASES: Readonly<Record<string, string>> = { 'log.level': 'LOG_LEVEL' };

function readFlag(command: Command, flag: Flag, environment: Environment): unknown {
  const given: unknown = command.getOptionValue(toOption(flag).attributeName());
  if (command.getOptionValueSource(toOption(flag).attributeName()) === 'cli') {
    return parse(flag, String(given), `--${flag.name}`);
  }
  const alias = ALIASES[flag.name];
  for (const name of [environmentName(flag.name), ...(alias === undefined ? [] : [alias])]) {
    const value = environment[name];
    if (value !== undefined && value !== '') {
      return parse(flag, value, `the environment variable ${name}`);
    }
  }
  return flag.parse(flag.default);
}

function parse(flag: Flag, value: string, source: string): unknown {
  try {
    return flag.parse(value);
  } catch (error) {
    if (error instanceof InvalidArgumentError) {
      throw new Error(`${source} does not take ${JSON.stringify(value)}. ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function isCommanderExit(error: unknown): error is Error & { exitCode: number } {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
}
